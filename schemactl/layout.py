"""SQL text laid out as the team's sqlfluff says, and proved to say what it said.

sqlfluff (https://docs.sqlfluff.com) is the one formatter of SQL that parses the DDL of all three dialects. Of its rules those
of the bundle `layout` run, without LT05: to break a long line it moves the comment at its end, which may be a hint, to
another one. A `.sqlfluff` says the rest: indents, where commas stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemactl.dialect import LaysOut, SourceText
from schemactl.errors import InternalError, UsageError
from schemactl.reading import Source
from schemactl.reading.marks import BEGINS

if TYPE_CHECKING:
    from sqlfluff.core import FluffConfig
    from sqlfluff.core.types import ConfigMappingType

    from schemactl.errors import Place

_RULES = {"rules": "layout", "exclude_rules": "LT05"}
#: sqlfluff's codes for what it could not cut, or not parse.
_NOT_UNDERSTOOD = ("LXR", "PRS", "TMP")
#: A comment that schemactl reads, and what stands between it and its neighbours.
_HINT = re.compile(rf"(?P<before>\s*)(?P<hint>{BEGINS}(?:(?:schemactl|atlas):|@renamed)[^\n]*)(?P<after>\s*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """The text laid out; or as it was, where `unknown` is the first place that sqlfluff does not understand."""

    text: str
    unknown: Place | None = None


def laid_out(source: SourceText, dialect: LaysOut) -> Laid:
    """Raises UsageError where sqlfluff is not installed or its settings are wrong, SqlSyntaxError for a quote that is never
    closed, and InternalError where the result would not say the same.
    """
    if not source.text.strip():
        return Laid(text=source.text)  # sqlfluff goes to and fro between no line and an empty one
    config = _config(source.name, dialect.sqlfluff)
    from sqlfluff.core import Linter

    done = Linter(config=config).lint_string(source.text, fname=source.name, fix=True)
    for found in done.get_violations(filter_ignore=False, filter_warning=False):
        if found.rule_code() in _NOT_UNDERSTOOD:
            return Laid(text=source.text, unknown=Source(source).place_of(found.line_no, found.line_pos))
    text, _ = done.fix_string()
    after = SourceText(name=source.name, text=text)
    if _essence(source, dialect) != _essence(after, dialect):
        raise InternalError(
            f"sqlfluff would change more than the layout of {source.name}", hint="nothing was written: report the file"
        )
    return Laid(text=text)


def _config(name: str, dialect: str) -> FluffConfig:
    try:
        from sqlfluff.core import FluffConfig
        from sqlfluff.core.errors import SQLFluffUserError
    except ImportError:
        raise UsageError("sqlfluff is not installed", hint="pip install 'schemactl[fmt]'") from None
    # Of text that is no template: `{{` in a string is a string.
    overrides: ConfigMappingType = {"dialect": dialect, "templater": "raw", **_RULES}
    try:
        return FluffConfig.from_path("." if name == "<stdin>" else name, overrides=overrides)
    except SQLFluffUserError as error:
        raise UsageError(f"the settings of sqlfluff: {error}") from None


def _essence(source: SourceText, dialect: LaysOut) -> tuple[object, ...]:
    """What a layout must keep: all that is no blank, in its order; where a token ends; which line a hint speaks of."""
    return (
        "".join(source.text.split()),
        tuple(dialect.lexemes(source)),
        tuple(_hints(source.text)),
    )


def _hints(text: str) -> Iterator[tuple[str, bool, bool]]:
    for found in _HINT.finditer(text):
        yield found["hint"].rstrip(), "\n" in found["before"] or not found.start(), found["after"].count("\n") > 1
