"""One plan, every form: text for a terminal, a script, JSON."""

from __future__ import annotations

from schemactl.plan import Plan, encode
from schemactl.render import script, text

FORMS = ("text", "sql", "json")


def render(plan: Plan, form: str, *, color: bool = False) -> str:
    """The plan in one of FORMS, ending in a newline. Colours are for text only."""
    if form == "json":
        return encode(plan).decode()
    if form == "sql":
        return script.render(plan)
    return text.colored(plan) if color else text.plain(plan)
