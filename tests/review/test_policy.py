"""From which verdict on a review fails, who may say yes, and where a team writes that."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Result
from tests.review.conftest import committed, git
from tests.review.platform import HEAD, Refusal, World

BEFORE = "CREATE TABLE users (id bigint PRIMARY KEY, phone text);\n"
VERDICTS = {
    "changes": "CREATE TABLE users (id bigint PRIMARY KEY, phone text, email text);\n",
    "warns": "CREATE TABLE users (id bigint PRIMARY KEY, phone text NOT NULL);\n",
    "approval": "CREATE TABLE users (id bigint PRIMARY KEY);\n",
}
LEVELS = ("changes", "warns", "approval", "refused")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [it for it in os.environ if it.startswith("SCHEMACTL_")]:
        monkeypatch.delenv(name)
    top = tmp_path / "repository"
    top.mkdir()
    monkeypatch.chdir(top)
    git("init", "--quiet")
    Path("schema.sql").write_text(BEFORE)
    settings(policy='[policy]\ndata-loss = "approve"\n')


def settings(*lines: str, policy: str = "") -> None:
    """What the base says: what the change says of it does not count."""
    Path("schemactl.toml").write_text("\n".join(('to = "schema.sql"', *lines, policy)))
    committed()


def review(cli: Cli, *words: str) -> Result:
    return cli("review", "--offline", "--base", "HEAD", *words)


@pytest.mark.parametrize("verdict", [*VERDICTS, "refused"])
@pytest.mark.parametrize("level", [*LEVELS, "never"])
def test_from_which_verdict_on_it_fails(cli: Cli, verdict: str, level: str) -> None:
    if verdict == "refused":
        settings("# no policy")
    Path("schema.sql").write_text(VERDICTS.get(verdict, VERDICTS["approval"]))
    fails = level != "never" and LEVELS.index(verdict) >= LEVELS.index(level)
    done = review(cli, "--no-post", "--fail-on", level)
    assert done.code == (3 if fails else 0), done.out


def test_a_database_that_is_down_fails_whatever_is_said(cli: Cli) -> None:
    settings('url = "postgresql://me@127.0.0.1:1/app"')
    assert cli("review", "--no-post", "--fail-on", "never").code == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, 3),
        ({"labels": ["schema-ok"]}, 0),
        ({"labels": ["another"]}, 3),
        ({"reviews": [{"user": {"login": "alice"}, "state": "APPROVED", "commit_id": HEAD}]}, 0),
        ({"reviews": [{"user": {"login": "alice"}, "state": "APPROVED", "commit_id": "f" * 40}]}, 3),
        ({"reviews": [{"user": {"login": "alice"}, "state": "CHANGES_REQUESTED", "commit_id": HEAD}]}, 3),
    ],
)
def test_a_label_or_an_approving_review_is_a_yes(
    cli: Cli, world: World, given: dict[str, list[str]], code: int
) -> None:
    settings('require-label = "schema-ok"', "require-approval = true", policy='[policy]\ndata-loss = "approve"\n')
    Path("schema.sql").write_text(VERDICTS["approval"])
    for name, value in given.items():
        setattr(world, name, value)
    assert review(cli).code == code
    assert world.statuses[-1][1]["state"] == ("pending" if code else "success")
    assert world.statuses[-1][1]["description"].endswith("1 to approve" if code else "1 to approve; approved here")


def test_an_approving_review_of_what_is_no_longer_the_newest_commit_is_none(cli: Cli, world: World) -> None:
    Path("schema.sql").write_text(VERDICTS["approval"])
    world.head = "f" * 40
    world.reviews = [{"user": {"login": "alice"}, "state": "APPROVED", "commit_id": world.head}]
    assert review(cli, "--require-approval").code == 3


def test_a_label_is_no_yes_to_what_is_refused(cli: Cli, world: World) -> None:
    settings("# no policy")
    Path("schema.sql").write_text(VERDICTS["approval"])
    world.labels = ["schema-ok"]
    assert review(cli, "--require-label", "schema-ok").code == 3
    assert world.statuses[-1][1]["state"] == "failure"


def test_whether_there_is_a_yes_cannot_be_told(cli: Cli, world: World) -> None:
    """A platform that does not say is a no, with a warning, and the plan is shown."""
    Path("schema.sql").write_text(VERDICTS["approval"])
    world.refusals.append(Refusal(403, times=99))
    done = review(cli, "--require-label", "schema-ok")
    assert done.code == 3 and "DROP COLUMN phone" in done.out
    assert "warning" in done.err and "lacks a right" in done.err


def test_manifests_are_a_setting_beside_the_file(cli: Cli) -> None:
    top = Path("team")
    (top / "deploy").mkdir(parents=True)
    (top / "schemactl.toml").write_text('manifests = "deploy"\nfail-on = "changes"\n')
    committed()
    (top / "deploy" / "app.yaml").write_text(
        "apiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\nmetadata: {name: app}\n"
        f"spec: {{url: 'postgres://h/d', schema: {{sql: '{BEFORE.strip()}'}}}}\n"
    )
    done = cli("review", "--config", "team/schemactl.toml", "--offline", "--base", "HEAD", "--no-post")
    assert done.code == 3 and "`default/app` (new)" in done.out


@pytest.mark.parametrize("url", ["https://example.org/", "nonsense", "https://example.org/o/r/issues/5"])
def test_what_is_no_change_is_said(cli: Cli, url: str) -> None:
    done = review(cli, "--change", url)
    assert done.code == 64 and "no change on a platform" in done.err
