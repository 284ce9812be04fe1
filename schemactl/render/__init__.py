"""One plan, every form: text for a terminal, a script, JSON, Markdown."""

from __future__ import annotations

from schemactl.plan import Plan, encode
from schemactl.policy import Policy
from schemactl.render import markdown, script, text

FORMS = ("text", "sql", "json", "markdown")


def render(plan: Plan, form: str, *, color: bool = False, policy: Policy | None = None) -> str:
    """The plan in one of FORMS, ending in a newline. Colours are for text only. People are told what the policy wants."""
    policy = policy or Policy()
    if form == "json":
        return encode(plan).decode()
    if form == "sql":
        return script.render(plan)
    if form == "markdown":
        return markdown.render(plan, policy)
    return text.colored(plan, policy) if color else text.plain(plan, policy)
