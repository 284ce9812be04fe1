"""The command line. `main` never raises and never exits: it returns the exit code.

Data goes to stdout, everything else to stderr, to whatever the two are when the command runs. Importing this
package costs click and nothing heavier: each command imports what it needs when it runs.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from itertools import pairwise

import click

from schemactl.cli import failure
from schemactl.cli.root import root
from schemactl.cli.run import Run
from schemactl.errors import SchemactlError

__all__ = ["main"]

NAME = "schemactl"
BROKEN_PIPE = 141
INTERRUPTED = 130
WRONG_USAGE = 64


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (by default that of the process) and return its exit code; `schemactl --help` lists them."""
    # A catalog is a hundred thousand values that live to the end and form no cycles: looking for garbage among them
    # took a fifth of the time.
    gc.set_threshold(100_000, 50, 50)
    arguments = list(sys.argv[1:] if argv is None else argv)
    run = Run(format=_format(arguments))
    try:
        code = _invoke(arguments, run)
        sys.stdout.flush()
    except BrokenPipeError:
        _hush()
        return BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort) as error:
        if isinstance(told := error.__context__, SchemactlError):  # one signal more, while a run was about to end
            return _fail(told, run)
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        return _fail(error, run)
    return code


def _invoke(arguments: list[str], run: Run) -> int:
    if instruction := os.environ.get("_SCHEMACTL_COMPLETE"):
        from click.shell_completion import shell_complete

        return shell_complete(root, {"obj": run}, NAME, "_SCHEMACTL_COMPLETE", instruction)
    try:
        with root.make_context(NAME, arguments, obj=run) as context:
            return int(root.invoke(context) or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return WRONG_USAGE


def _format(arguments: list[str]) -> str:
    """The form of errors, known before anything is parsed: parsing itself may fail."""
    words = " ".join(arguments).replace("--format=", "--format ").split()
    given = [value for option, value in pairwise(words) if option == "--format"]
    return (given or [os.environ.get("SCHEMACTL_FORMAT", "text")])[-1]


def _fail(error: Exception, run: Run) -> int:
    try:
        return failure.report(error, run)
    except BrokenPipeError:
        _hush()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED


def _hush() -> None:
    """Let the interpreter's last flush go nowhere, so that it does not complain of the broken pipe."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):  # a stream that is no file of the system
        pass
