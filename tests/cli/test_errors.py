"""How errors look: place, caret, colour, JSON, no password, no traceback."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from schemactl.cli import failure
from schemactl.cli.run import Run
from schemactl.errors import Place, SqlSyntaxError, UnreachableError
from schemactl.urls import DatabaseUrl
from tests.cli.conftest import Cli


def shown(error: Exception, capsys: pytest.CaptureFixture[str], run: Run | None = None) -> str:
    failure.report(error, run or Run())
    return capsys.readouterr().err


def test_an_error_has_code_place_caret_and_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    place = Place(file="db/a.sql", line=12, column=9, excerpt="CREATE\tTABEL x")
    error = SqlSyntaxError("expected TABLE", place=place, subject="table public.x", hint="write TABLE")
    assert shown(error, capsys) == textwrap.dedent("""\
        error[E101]: expected TABLE
         --> table public.x in db/a.sql:12:9
           |
        12 | CREATE\tTABEL x
           |       \t ^
        help: write TABLE
        """)


def test_a_long_line_is_cut_around_the_caret(capsys: pytest.CaptureFixture[str]) -> None:
    excerpt = "x" * 500 + "HERE" + "y" * 500
    lines = shown(SqlSyntaxError("no", place=Place(file="f", line=1, column=501, excerpt=excerpt)), capsys).splitlines()
    assert all(len(line) < 130 for line in lines)
    assert lines[3][lines[4].index("^") :].startswith("HERE")


def test_control_characters_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b" not in shown(SqlSyntaxError("bad name '\x1b[2J'", subject="table \x1b[31mx"), capsys)


def test_passwords_are_taken_out_of_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    url = DatabaseUrl.parse("postgresql://me:S3c%20ret@h/d")
    error = UnreachableError("no S3c ret", hint="see S3c%20ret", subject="S3c ret")
    error.__cause__ = ValueError("S3c ret in the driver")
    for form in ("text", "json"):
        err = shown(error, capsys, Run(urls=[url], debug=True, format=form))
        assert "S3c" not in err
        assert "Traceback" in err or "ValueError" in err


def test_an_unexpected_error_is_one_line_and_a_request_to_report_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    err = shown(KeyError("postgresql://u:S3cret@h/d"), capsys)
    assert err.startswith("error[E999]: unexpected KeyError: ")
    assert "S3cret" not in err
    assert "help: this is a bug" in err


def test_an_error_as_json(cli: Cli) -> None:
    result = cli("plan", "--url", "postgresql://u:S3cret@h/d", "--to", "nothing.sql", "--format", "json")
    assert (result.code, result.out) == (1, "")
    error = json.loads(result.err)["error"]
    assert (error["code"], error["exit_code"], error["place"]) == ("E107", 1, None)
    assert "nothing.sql" in error["message"]


def test_wrong_usage_as_json(cli: Cli) -> None:
    assert json.loads(cli("plan", "--nonsense", "--format=json").err)["error"]["code"] == "E901"


@pytest.mark.parametrize(
    ("environment", "flags", "tty", "colored"),
    [
        ({}, [], False, False),
        ({}, [], True, True),
        ({"NO_COLOR": "1"}, [], True, False),
        ({"FORCE_COLOR": "1"}, [], False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], True, False),
        ({"TERM": "dumb"}, [], True, False),
        ({"NO_COLOR": "1"}, ["--color", "always"], False, True),
        ({"FORCE_COLOR": "1"}, ["--color=never"], True, False),
        ({"SCHEMACTL_COLOR": "always"}, [], False, True),
    ],
)
def test_color(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], flags: list[str], tty: bool, colored: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in cli("explain", "nothing", *flags, tty=tty).err) is colored


def test_debug_shows_the_traceback_before_or_after_the_command(cli: Cli, tmp_path: Path) -> None:
    for arguments in (["--debug", "explain", "nothing"], ["explain", "nothing", "--debug"]):
        result = cli(*arguments)
        assert result.code == 64
        assert "Traceback" in result.err
