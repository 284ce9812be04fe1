"""`schemactl explain`: more about an error code or a hazard."""

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
""",
)
@click.argument("code", required=False)
def command(code: str | None) -> int:
    """Say more about CODE: an error (E101) or a hazard (DROPS_TABLE). Without CODE, list all."""
    sys.stdout.write(_one(code) if code else _all())
    return 0


def _all() -> str:
    from schemactl.render.hazards import HAZARDS

    lines = ["Errors"]
    lines += [f"  {code}  {_title(cls)}" for code, cls in catalogue().items()]
    for title, consent in (("Hazards that must be allowed", True), ("Hazards that are only told", False)):
        lines += ["", title]
        lines += [
            f"  {hazard:<18}  {text.title}" for hazard, text in HAZARDS.items() if hazard.needs_consent is consent
        ]
    return "\n".join(lines) + "\n"


def _one(code: str) -> str:
    from schemactl.render.hazards import HAZARDS

    word = code.strip().upper().replace("-", "_")
    errors = catalogue()
    if word in errors:
        cls = errors[word]
        return f"{word}: {_title(cls)} (exit code {cls.exit_code})\n\n{cls.explanation}\n"
    hazards = {str(hazard): (hazard, text) for hazard, text in HAZARDS.items()}
    if word in hazards:
        hazard, text = hazards[word]
        consent = f"Allow it with --allow {word}." if hazard.needs_consent else "It needs no --allow."
        return f"{word}: {text.title}\n\n{text.explanation}\n{consent}\n"
    close = get_close_matches(word, [*errors, *hazards], n=1)
    hint = f"did you mean {close[0]}?" if close else "`schemactl explain` lists all codes"
    raise UsageError(f"there is no error code or hazard {code!r}", hint=hint)


def _title(cls: type[SchemactlError]) -> str:
    """The name of the class as words: `StalePlanError` is `stale plan`."""
    name = cls.__name__.rstrip("_").removesuffix("Error")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
