"""TX: what cannot be taken back as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.lint.rule import Found, Rule, Subject
from schemactl.steps import LOOKS


def _apart(subject: Subject) -> Iterator[Found]:
    """Where a server takes a failed plan back, the steps that keep it from doing so."""
    changing = [step for step in subject.steps if step.action not in LOOKS]
    rests = [step for step in changing if step.transactional and not step.own_group]
    apart = [step for step in changing if not step.transactional or step.own_group]
    if not rests:
        return  # a single step, or a server that commits each statement by itself
    for step in apart:
        why = "runs in no transaction" if not step.transactional else "has a transaction of its own"
        message = f"it {why}: if a step after it fails, it stands, and the next run goes on from there"
        yield Found(key=step.key, message=message, step=step)


RULES = (
    Rule(
        code="TX101",
        title="the plan does not stand or fall as a whole",
        why="A statement that the server lets into no transaction, or only into one of its own, divides the plan: what ran "
        "before a step that fails stands.",
        example="CREATE INDEX CONCURRENTLY, or a new value of an enum, beside other changes",
        instead="make such a change in a release of its own, if half of the others would be in anybody's way",
        look=_apart,
    ),
)
