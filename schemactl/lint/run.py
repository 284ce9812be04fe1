"""The rules over a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace as replaced

import msgspec

from schemactl.dialect import Dialect, SourceText
from schemactl.errors import Place
from schemactl.lint.nolint import silences
from schemactl.lint.registry import catalogue, lexis_of, rules_of
from schemactl.lint.rule import Found, Rule, Severity, Subject
from schemactl.lint.settings import NAMED, LintSettings
from schemactl.model import ObjectKey
from schemactl.plan import Finding

_EVERYWHERE = 1 << 30


def findings(
    dialect: Dialect,
    subject: Subject,
    settings: LintSettings,
    *,
    sources: Sequence[SourceText] = (),
    places: Mapping[ObjectKey, Place] | None = None,
) -> tuple[Finding, ...]:
    """What the rules have to say, in the order of the steps; what a comment or the settings silence left out.

    `places` are those of things in `sources`. Raises SqlSyntaxError for a comment that silences what is no rule.
    """
    patterns = {thing: it for thing in NAMED if (it := settings.pattern(thing)) is not None}
    subject = replaced(subject, patterns=patterns)
    numbers = {id(step): number for number, step in enumerate(subject.steps, 1)}
    found: list[Finding] = []
    for rule in rules_of(dialect):
        severity = settings.severity(rule.code, rule.severity)
        if severity is not Severity.OFF:
            found += (_finding(rule, severity, it, subject, numbers, places or {}) for it in rule.look(subject))
    quiet = silences(sources, catalogue, lexis_of(dialect)) if sources else []
    heard = dict.fromkeys(it for it in found if not any(silence.covers(it) for silence in quiet))
    return tuple(sorted(heard, key=lambda it: (it.step or _EVERYWHERE, it.code, it.object)))


def resettled(found: Iterable[Finding], settings: LintSettings) -> tuple[Finding, ...]:
    """Findings of a plan file under the settings at hand."""
    result = []
    for it in found:
        severity = settings.severity(it.code, Severity(it.severity))
        if severity is not Severity.OFF:
            result.append(msgspec.structs.replace(it, severity=severity.value))
    return tuple(result)


def _finding(
    rule: Rule,
    severity: Severity,
    it: Found,
    subject: Subject,
    numbers: Mapping[int, int],
    places: Mapping[ObjectKey, Place],
) -> Finding:
    step = it.step or subject.step_of(it.key)
    # What is no more in the desired SQL is looked for where its table is.
    place = places.get(it.key) or (places.get(it.key.parent) if it.key.parent is not None else None)
    return Finding(
        code=rule.code,
        severity=severity.value,
        object=str(it.key),
        message=it.message,
        step=numbers.get(id(step), 0),
        file=place.file if place else "",
        line=place.line if place else 0,
        column=place.column if place else 0,
    )
