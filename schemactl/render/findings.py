"""What lint has to say, in every form: lines for people, JSON, SARIF for code scanning, annotations of GitHub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from schemactl import __version__
from schemactl.lint.rule import Rule
from schemactl.plan import Finding, Plan
from schemactl.render.words import one_line

FORMAT_VERSION = 1
NOTHING = "No findings."
#: Of a statement, so much is shown beside a finding.
_WIDTH = 100
#: The levels of SARIF and the commands of GitHub's workflows, by severity.
_LEVELS = {"error": "error", "warn": "warning"}

Rules = Mapping[str, Rule]


def place(it: Finding) -> str:
    """`schema.sql:7:3`; empty for what the desired SQL does not write of."""
    return f"{it.file}:{it.line}:{it.column}" if it.file else ""


def summary(found: Sequence[Finding]) -> str:
    """`1 error, 2 warnings.`"""
    if not found:
        return NOTHING
    errors = sum(it.severity == "error" for it in found)
    counts = [(errors, "error"), (len(found) - errors, "warning")]
    return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n) + "."


def in_short(found: Sequence[Finding]) -> str:
    """`1 error, 2 warnings: DS103, MF104. ...`: a plan tells of hazards step by step already."""
    codes = ", ".join(dict.fromkeys(it.code for it in found))
    return f"{summary(found).removesuffix('.')}: {codes}. `schemactl lint` says more."


def text(plan: Plan, rules: Rules) -> str:
    """A block for each finding: where, what, the statement, what to do instead."""
    blocks = []
    for it in plan.findings:
        sql = _short(plan.steps[it.step - 1].sql) if it.step else ""
        lines = [f"{it.code} {it.severity}: {it.object}: {it.message}"]
        lines += [f"  --> {place(it)}"] if it.file else []
        lines += [f"  step {it.step}: {sql}"] if it.step else []
        lines += [f"  instead: {rules[it.code].instead}"] if it.code in rules else []
        blocks.append("\n".join(map(one_line, lines)) + "\n")
    return "\n".join([*blocks, summary(plan.findings) + "\n"])


def _short(sql: str) -> str:
    """The beginning of a statement on one line."""
    words = " ".join(sql.split())
    return words if len(words) <= _WIDTH else f"{words[: _WIDTH - 4]} ..."


def json(plan: Plan) -> str:
    """`{"format_version": 1, "digest": ..., "findings": [...]}`: the digest is the plan's."""
    document = {"format_version": FORMAT_VERSION, "digest": plan.digest, "findings": plan.findings}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def github(plan: Plan) -> str:
    """A workflow command a line, which GitHub shows beside the line of the file."""
    return "".join(_annotation(it) + "\n" for it in plan.findings)


def _annotation(it: Finding) -> str:
    said = {"file": it.file, "line": str(it.line), "col": str(it.column)} if it.file else {}
    said["title"] = f"{it.code} {it.object}"
    properties = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in said.items())
    return f"::{_LEVELS[it.severity]} {properties}::{_escaped(it.message)}"


def _escaped(value: str, more: str = "") -> str:
    for character in "%\r\n" + more:
        value = value.replace(character, f"%{ord(character):02X}")
    return value


def sarif(found: Sequence[Finding], rules: Rules) -> str:
    """SARIF 2.1.0: one run, the rules that had something to say, a result a finding."""
    used = [code for code in rules if any(it.code == code for it in found)]
    driver = {
        "name": "schemactl",
        "version": __version__,
        "rules": [_descriptor(rules[code]) for code in used],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": list(_results(found, used)),
            }
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _descriptor(rule: Rule) -> dict[str, Any]:
    level = {"level": _LEVELS.get(rule.severity, "note")}
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}\n\nInstead: {rule.instead}"},
        "defaultConfiguration": level,
    }


def _results(found: Sequence[Finding], used: Sequence[str]) -> Iterator[dict[str, Any]]:
    for it in found:
        location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": it.object}]}
        if it.file:
            location["physicalLocation"] = {
                "artifactLocation": {"uri": quote(it.file)},
                "region": {"startLine": it.line, "startColumn": it.column},
            }
        result = {
            "ruleId": it.code,
            "level": _LEVELS[it.severity],
            "message": {"text": f"{it.object}: {it.message}"},
            "locations": [location],
        }
        yield result | ({"ruleIndex": used.index(it.code)} if it.code in used else {})
