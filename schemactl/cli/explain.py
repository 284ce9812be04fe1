"""`schemactl explain`: more about an error code, a hazard, a class of hazards or a lint rule."""

from __future__ import annotations

import re
import sys
from difflib import get_close_matches

import click

from schemactl.errors import SchemactlError, UsageError, catalogue


@click.command(
    "explain",
    epilog="""\b
Examples:
  schemactl explain
  schemactl explain E301
  schemactl explain DROPS_TABLE
  schemactl explain PG301
""",
)
@click.argument("code", required=False)
def command(code: str | None) -> int:
    """Say more about CODE: an error (E101), a hazard (DROPS_TABLE), a class of them or a lint rule (PG301). Without CODE, list all."""
    sys.stdout.write(_one(code) if code else _all())
    return 0


def _all() -> str:
    from schemactl.lint.registry import catalogue as rules
    from schemactl.render.hazards import HAZARDS
    from schemactl.steps import CLASSES, HazardClass

    lines = ["Errors"]
    lines += [f"  {code}  {_title(cls)}" for code, cls in catalogue().items()]
    for title, consent in (("Hazards that must be allowed", True), ("Hazards that are only told", False)):
        lines += ["", title]
        lines += [
            f"  {hazard:<18}  {text.title}" for hazard, text in HAZARDS.items() if hazard.needs_consent is consent
        ]
    lines += ["", "Classes of hazards"]
    lines += [f"  {of:<16}  {', '.join(h for h, its in CLASSES.items() if its is of)}" for of in HazardClass]
    lines += ["", "Lint rules"]
    lines += [f"  {rule.code:<6} {rule.severity:<5}  {rule.title}" for rule in rules().values()]
    return "\n".join(lines) + "\n"


def _one(code: str) -> str:
    from schemactl.lint.registry import catalogue as rules
    from schemactl.policy import DEFAULT
    from schemactl.render.hazards import HAZARDS
    from schemactl.render.rules import explained
    from schemactl.steps import CLASSES, HazardClass

    word = code.strip().upper().replace("-", "_")
    errors = catalogue()
    if word in errors:
        cls = errors[word]
        return f"{word}: {_title(cls)} (exit code {cls.exit_code})\n\n{cls.explanation}\n"
    hazards = {str(hazard): (hazard, text) for hazard, text in HAZARDS.items()}
    if word in hazards:
        hazard, text = hazards[word]
        consent = f"Allow it with --allow {word}." if hazard.needs_consent else "It needs no --allow."
        return f"{word}: {text.title}\n\n{text.explanation}\n{consent} Its class is {hazard.belongs_to}.\n"
    if word in rules():
        return explained(rules()[word])
    classes = {of.name: of for of in HazardClass}
    if word in classes and (of := classes[word]):
        lines = [f"  {hazard:<18}  {HAZARDS[hazard].title}" for hazard, its in CLASSES.items() if its is of]
        return "\n".join([f"{of}: a class of hazards, by default: {DEFAULT[of]}", "", *lines]) + "\n"
    close = get_close_matches(word, [*errors, *hazards, *rules()], n=1)
    hint = f"did you mean {close[0]}?" if close else "`schemactl explain` lists all codes"
    raise UsageError(f"there is no error code, hazard or lint rule {code!r}", hint=hint)


def _title(cls: type[SchemactlError]) -> str:
    """The name of the class as words: `StalePlanError` is `stale plan`."""
    name = cls.__name__.rstrip("_").removesuffix("Error")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
