"""schemactl.toml: where settings come from, and what it refuses to hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemactl.cli.config import configured
from schemactl.errors import UsageError
from tests.cli.conftest import Cli


@pytest.fixture
def settings(cli: Cli) -> Path:
    """The settings file of the directory that `cli` runs in."""
    return Path("schemactl.toml").absolute()


def test_an_environment_wins_over_the_top(settings: Path) -> None:
    settings.write_text('schema = "a"\nlock-timeout = "1s"\n[env.prod]\nschema = ["b"]\n[env.dev]\n')
    assert configured(None, None).options == {"schema": ["a"], "lock_timeout": "1s"}
    assert configured(None, "prod").options == {"schema": ["b"], "lock_timeout": "1s"}
    assert configured(str(settings), "dev").options == configured(None, None).options


def test_sources_count_from_the_file(settings: Path, tmp_path: Path) -> None:
    other = tmp_path / "conf" / "s.toml"
    other.parent.mkdir()
    other.write_text('to = ["a.sql", "file://b", "git:HEAD:c", "-", "/abs.sql"]')
    assert configured(str(other), None).options["to"] == [
        str(tmp_path / "conf/a.sql"),
        str(tmp_path / "conf/b"),
        "git:HEAD:c",
        "-",
        "/abs.sql",
    ]


def test_a_secret_is_read_when_it_is_needed(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.write_text('[env.a]\nurl = {env = "APP_URL"}\n[env.b]\nurl = {file = "secret"}\n')
    url = configured(None, "a").options["url"]
    with pytest.raises(UsageError, match=r"\$APP_URL"):
        url()
    monkeypatch.setenv("APP_URL", "postgresql://u:p@h/d")
    assert url() == "postgresql://u:p@h/d"
    with pytest.raises(UsageError, match="cannot be read"):
        configured(None, "b").options["url"]()
    (settings.parent / "secret").write_text("postgresql://h/d\n")
    assert configured(None, "b").options["url"]() == "postgresql://h/d"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shema = 'a'", "did you mean 'schema'"),
        ("[env.prod]\nformt = 'json'", "env.prod.formt"),
        ("[env.prod]\nurl = 'postgresql://u:S3cret@h/d'", "holds a password"),
        ("url = 'postgresql://u@h/d?password=S3cret'", "holds a password"),
        ("dev-url = 'postgresql://u:S3cret@h/d'", "holds a password"),
        ("url = {env = 'A', file = 'b'}", "either env or file"),
        ("url = {command = 'x'}", "the value of url"),
        ("to = {env = 'A'}", "only url"),
        ("schema = [1]", "the value of schema"),
        ("schema = ", "Invalid value"),
        ("[env]\nprod = 1", "the value of env"),
    ],
)
def test_what_the_file_refuses(cli: Cli, settings: Path, text: str, expected: str) -> None:
    settings.write_text(text)
    result = cli("plan", "--env", "prod") if "env.prod" in text else cli("plan")
    assert (result.code, result.out) == (64, "")
    assert expected in result.err
    assert "S3cret" not in result.err


def test_an_environment_or_a_file_that_is_not_there(cli: Cli, settings: Path) -> None:
    assert "there is no settings file" in cli("plan", "--env", "prod").err
    assert "there is no settings file" in cli("plan", "--config", "other.toml").err
    settings.write_text("[env.prod]")
    assert "did you mean 'prod'?" in cli("plan", "--env", "prd").err
    assert "did you mean 'prod'?" in cli("--env", "prd", "plan").err


def test_commands_take_their_defaults_from_it(cli: Cli, settings: Path) -> None:
    settings.write_text('format = "json"\n[env.prod]\nurl = "postgresql://h/d"\nto = "nothing.sql"')
    result = cli("plan", "--env", "prod")
    assert result.code == 1
    assert '"E107"' in result.err
    assert '"E107"' not in cli("plan", "--env", "prod", "--format", "text").err


def test_every_kind_of_value_reaches_its_option(cli: Cli, settings: Path) -> None:
    settings.write_text(
        'url = "postgresql://h/d"\nallow = ["drops_table"]\nlock-timeout = 5\nauto-approve = true\n'
        'color = "always"\nplan = "p.json"\nexclude = ["a.*", "b"]'
    )
    result = cli("apply")
    assert "\x1b[" in result.err
    assert "cannot read the plan p.json" in result.err
    settings.write_text('url = "postgresql://h/d"\nallow = ["drops_tabel"]')
    assert "Did you mean DROPS_TABLE?" in cli("apply").err
    settings.write_text('sources = ["a.sql"]')
    assert "unknown key 'sources'" in cli("apply").err


def test_explain_works_beside_a_broken_file(cli: Cli, settings: Path) -> None:
    settings.write_text("shema = 1")
    assert cli("explain", "E101").code == 0
