"""Running the command line in process, with streams of its own."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from schemactl.cli import main


class Result(NamedTuple):
    code: int
    out: str
    err: str


Cli = Callable[..., Result]


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """`cli("plan", ..., stdin="y\\n", tty=True)` in an empty directory, with no setting from outside."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "SCHEMACTL_URL", "SCHEMACTL_FORMAT", "SCHEMACTL_ENV", "TERM"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object, stdin: str = "", tty: bool = False) -> Result:
        stream = Terminal if tty else io.StringIO
        given, out, err = stream(stdin), stream(), stream()
        with monkeypatch.context() as patch:
            for name, value in (("stdin", given), ("stdout", out), ("stderr", err)):
                patch.setattr(f"sys.{name}", value)
            code = main([str(argument) for argument in arguments])
        result = Result(code, out.getvalue(), err.getvalue())
        if "--debug" not in arguments:
            assert "Traceback" not in result.out + result.err
        return result

    return run
