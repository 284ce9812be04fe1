"""Errors on stderr: one, with its code, place and remedy; no traceback, no password."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from schemactl.cli.run import Run
from schemactl.errors import InternalError, Place, SchemactlError, UsageError

#: Columns of a source line to show, where it is longer.
_WINDOW = 120


def report(error: Exception, run: Run) -> int:
    """Print the error in the form that the run asked for. Returns the exit code."""
    known = _known(error)
    if run.debug:
        import traceback

        trace = "".join(traceback.format_exception(error))
        print(run.redact(trace), file=sys.stderr)
    if run.format == "json":
        print(_json(known, run), file=sys.stderr)
    else:
        color = run.use_color(sys.stderr)
        print("\n".join(_lines(known, run, color)), file=sys.stderr, flush=True)
    return known.exit_code


def _known(error: Exception) -> SchemactlError:
    if isinstance(error, SchemactlError):
        return error
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "schemactl"
        return UsageError(error.format_message(), hint=f"see `{path} --help`")
    if isinstance(error, click.ClickException):
        return UsageError(error.format_message())
    return InternalError(
        f"unexpected {type(error).__name__}: {error}",
        hint="this is a bug: please report it; --debug shows where it happened",
    )


def _lines(error: SchemactlError, run: Run, color: bool) -> Iterator[str]:
    def paint(text: str, **style: object) -> str:
        return click.style(text, **style) if color else text  # type: ignore[arg-type]

    def clean(text: str) -> str:
        return _printable(run.redact(text))

    yield paint(f"error[{error.code}]", fg="red", bold=True) + paint(f": {clean(error.message)}", bold=True)
    where = " in ".join(clean(part) for part in (error.subject, str(error.place or "")) if part)
    if where:
        yield f" {paint('-->', fg='blue', bold=True)} {where}"
    if error.place and error.place.excerpt:
        number, source, caret = _excerpt(error.place)
        bar = paint("|", fg="blue", bold=True)
        pad = " " * len(number)
        yield f"{pad} {bar}"
        yield f"{paint(number, fg='blue', bold=True)} {bar} {clean(source)}"
        yield f"{pad} {bar} {paint(caret, fg='red', bold=True)}"
    if error.stands:
        yield paint("stands", fg="blue", bold=True) + f": {clean(error.stands)}"
    if error.hint:
        yield paint("help", fg="cyan", bold=True) + f": {clean(error.hint)}"


def _excerpt(place: Place) -> tuple[str, str, str]:
    """Line number, source line and caret line; a long source line is cut to what stands around the caret."""
    source, at = place.excerpt.rstrip("\r\n"), max(place.column - 1, 0)
    if len(source) > _WINDOW:
        start = max(0, min(at - _WINDOW // 2, len(source) - _WINDOW))
        source, at = source[start : start + _WINDOW], at - start
    pad = "".join("\t" if character == "\t" else " " for character in source[:at].ljust(at))
    return str(place.line), source, pad + "^"


def _printable(text: str) -> str:
    """Control characters out of names and source lines must not reach the terminal."""
    return "".join(c if c.isprintable() or c in "\t\n" else repr(c)[1:-1] for c in text)


def _json(error: SchemactlError, run: Run) -> str:
    import json

    place = error.place
    content = {
        "code": error.code,
        "message": run.redact(error.message),
        "subject": run.redact(error.subject),
        "place": place
        and {
            "file": run.redact(place.file),
            "line": place.line,
            "column": place.column,
            "excerpt": run.redact(place.excerpt),
        },
        "stands": run.redact(error.stands),
        "hint": run.redact(error.hint),
        "exit_code": error.exit_code,
    }
    return json.dumps({"error": content}, ensure_ascii=False)
