"""How much a finding counts, and what names must look like: the `[lint]` table of the settings file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from schemactl.errors import UsageError
from schemactl.lint.rule import Severity

#: What names may be asked of, and the rule that looks at them.
NAMED = {
    "schema": "NM101",
    "table": "NM102",
    "column": "NM103",
    "index": "NM104",
    "foreign_key": "NM105",
    "check": "NM106",
}
_ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintSettings:
    """`severities` by code, by the beginning of codes (`PG`, `PG3`), or `all`: the longest that fits prevails.

    `patterns` are regular expressions that the whole name must match, by the words of NAMED, or `all`.
    """

    severities: Mapping[str, Severity] = field(default_factory=dict)
    patterns: Mapping[str, str] = field(default_factory=dict)

    def severity(self, code: str, default: Severity) -> Severity:
        fitting = [it for it in self.severities if it == _ALL or code.startswith(it)]
        return self.severities[max(fitting, key=lambda it: -1 if it == _ALL else len(it))] if fitting else default

    def pattern(self, thing: str) -> str | None:
        return self.patterns.get(thing, self.patterns.get(_ALL))


def lint_settings(said: Mapping[str, object], codes: Collection[str]) -> LintSettings:
    """A `[lint]` table: `{"PG301": "error", "naming": {"table": "[a-z_]+"}}`. Raises UsageError for what it cannot mean."""
    said = dict(said)
    naming = said.pop("naming", {})
    severities = {}
    for key, value in said.items():
        code = _ALL if key.lower() == _ALL else key.upper()
        if code != _ALL and not any(it.startswith(code) for it in codes):
            close = get_close_matches(code, codes, n=1)
            hint = f"did you mean {close[0]}?" if close else "`schemactl explain` lists all codes"
            raise UsageError(f"there is no lint rule {key!r}", hint=hint)
        if value not in list(Severity):
            raise UsageError(f"the severity of {key} cannot be {value!r}", hint=f"one of: {', '.join(Severity)}")
        severities[code] = Severity(str(value))
    return LintSettings(severities=severities, patterns=_patterns(naming))


def _patterns(said: object) -> dict[str, str]:
    if not isinstance(said, Mapping):
        raise UsageError("lint.naming is no table", hint='write: [lint.naming] and table = "[a-z_]+"')
    for key, value in said.items():
        if key not in (*NAMED, _ALL):
            raise UsageError(f"no names of {key!r} are looked at", hint=f"one of: {', '.join(NAMED)}, {_ALL}")
        try:
            re.compile(value)
        except (re.error, TypeError) as error:
            raise UsageError(f"lint.naming.{key} is no regular expression: {error}") from None
    return {str(key): str(value) for key, value in said.items()}
