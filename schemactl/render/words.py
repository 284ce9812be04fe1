"""What a plan does, in a few words: symbols, counts, and text that is safe on one line."""

from __future__ import annotations

from collections import defaultdict
from typing import assert_never

from schemactl.plan import Plan, PlannedSize, PlannedStep
from schemactl.plan.document import Verdict
from schemactl.policy import Policy, judge
from schemactl.steps import LOOKS

SYMBOLS = {"create": "+", "drop": "-"}
NO_CHANGES = "No changes. The database matches the desired schema."


def symbol(step: PlannedStep) -> str:
    """+ for what is made, - for what goes, ~ for all else."""
    return SYMBOLS.get(step.action, "~")


def summary(plan: Plan) -> str:
    """`Plan: 3 to create, 1 to alter, 0 to drop.` It counts objects: one may take several steps."""
    actions: dict[str, set[str]] = defaultdict(set)
    for step in plan.steps:
        actions[step.object].add(step.action)
    counts = {"create": 0, "alter": 0, "drop": 0}
    for found in actions.values():
        if not (found := found - LOOKS):
            continue
        # Created and commented on is created; dropped and made anew is altered.
        rest = found - {"comment"} if "create" in found else found
        counts[next(iter(rest)) if rest in ({"create"}, {"drop"}) else "alter"] += 1
    return f"Plan: {', '.join(f'{count} to {verb}' for verb, count in counts.items())}."


def demands(plan: Plan, policy: Policy) -> list[tuple[str, str]]:
    """What the policy wants before the plan may run: a sentence, and the option that answers it."""
    verdict = judge(plan, policy)
    sentences = []
    if verdict.refused:
        what = "Some steps can lose data. They are" if verdict.only_data_loss else "The policy has some steps"
        sentences.append(f"{what} refused unless allowed:")
    if verdict.to_approve:
        sentences.append("The policy wants an approval of exactly this plan:")
    return list(zip(sentences, verdict.options, strict=True))


def proof(plan: Plan) -> str:
    """What is known of the plan's proof, as a sentence."""
    found = plan.proof
    if found is None:
        return "Not proved: no proof was asked for (--prove)."
    seconds = f"{found.seconds:.1f} s"
    match found.verdict:
        case Verdict.PROVED:
            made, ran = _count(found.rebuilt, "statement"), _count(found.steps, "step")
            return (
                f"Proved on {found.where} in {seconds}: {made} made the live schema there, without rows, and the plan's {ran}"
                " made it the desired one."
            )
        case Verdict.NOT_PROVED:
            return f"Not proved: {found.why}."
        case Verdict.REFUTED:
            return f"Refuted on {found.where}: {found.why}."
    assert_never(found.verdict)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def size(it: PlannedSize) -> str:
    """`1.2 GB, about 3,400,000 rows`. A unit is a power of 1024, as the servers have it."""
    value, unit = float(it.bytes), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    words = f"{value:.1f} {unit}" if value < 10 and unit != "bytes" else f"{value:.0f} {unit}"
    if it.rows is None:
        return words
    # The server's guess: more than two digits of it would promise too much.
    rows = float(f"{it.rows:.1e}")
    return f"{words}, about {rows:,.0f} row{'' if rows == 1 else 's'}"


def one_line(text: str) -> str:
    """Names may hold line breaks and control characters; a comment or a heading must not."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def printable(text: str) -> str:
    """Many lines, with no character that steers a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in text)
