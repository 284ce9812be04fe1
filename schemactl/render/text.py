"""A plan for people at a terminal, plain or in colours."""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterator, Mapping

from schemactl.plan import Group, Plan, PlannedStep
from schemactl.plan.document import Verdict
from schemactl.policy import Action, Policy
from schemactl.render import findings
from schemactl.render.words import NO_CHANGES, demands, one_line, printable, proof, size, summary, symbol
from schemactl.wording import few

#: (style of rich, text); a line is a list of them.
Line = list[tuple[str, str]]
#: So many relations under one lock are named; the document has them all.
_LISTED = 5
_PROOF = {None: "dim", Verdict.PROVED: "green", Verdict.NOT_PROVED: "yellow", Verdict.REFUTED: "bold red"}
_STYLES = {"+": "green", "-": "red", "~": "yellow"}


def plain(plan: Plan, policy: Policy) -> str:
    return "".join("".join(text for _, text in line) + "\n" for line in lines(plan, policy))


def colored(plan: Plan, policy: Policy) -> str:
    """With the sixteen colours that every terminal has."""
    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", no_color=False, soft_wrap=True)
    for line in lines(plan, policy):
        console.print(Text.assemble(*((text, style) for style, text in line)), highlight=False)
    return out.getvalue()


def lines(plan: Plan, policy: Policy) -> Iterator[Line]:
    if plan.is_empty:
        yield [("bold", NO_CHANGES)]
        yield from _notes(plan)
        return
    yield [("", "Plan for "), ("bold", one_line(plan.database)), ("", f" ({plan.dialect} {plan.server_version})")]
    sizes = {it.relation: f"{one_line(it.relation)} ({size(it)})" for it in plan.sizes}
    for number, group in enumerate(plan.groups, 1):
        yield []
        kind = "one transaction" if group.transactional else "no transaction, it commits by itself"
        yield [("dim", f"Group {number} of {len(plan.groups)}: {kind}")]
        yield from _group(group, sizes, policy)
    yield []
    yield [("bold", summary(plan))]
    yield from _notes(plan)
    yield [(_PROOF[plan.proof.verdict if plan.proof else None], one_line(proof(plan)))]
    if plan.findings:
        worst = any(it.severity == "error" for it in plan.findings)
        yield [("bold red" if worst else "yellow", "Lint: "), ("", findings.in_short(plan.findings))]
    yield from ([("bold red", f"{said} "), ("bold", answer)] for said, answer in demands(plan, policy))


def _notes(plan: Plan) -> Iterator[Line]:
    for note in plan.notes:
        yield [("yellow", "Note: "), ("", one_line(note))]


def _group(group: Group, sizes: Mapping[str, str], policy: Policy) -> Iterator[Line]:
    for step in group.steps:
        yield from _step(step, sizes, policy)


def _by_mode(step: PlannedStep, sizes: Mapping[str, str]) -> dict[str, list[str]]:
    modes: dict[str, list[str]] = {}
    for lock in step.locks:
        modes.setdefault(lock.mode, []).append(sizes.get(lock.relation) or one_line(lock.relation))
    return modes


def _step(step: PlannedStep, sizes: Mapping[str, str], policy: Policy) -> Iterator[Line]:
    mark = symbol(step)
    color = _STYLES[mark]
    head: Line = [(f"bold {color}", f"  {mark} {one_line(step.object)}")]
    if step.reason:
        head.append(("", f"  {one_line(step.reason)}"))
    if step.needs_consent:
        head.append(("bold red", "  [DESTRUCTIVE]"))
    yield head
    for line in printable(step.sql).strip().split("\n"):
        yield [(color, f"      {line}")]
    if step.handover is not None:
        yield [("bold", f"      by: {one_line(shlex.join(step.handover.words))}")]
    for mode, relations in _by_mode(step, sizes).items():
        yield [("dim", f"      lock: {mode} on {few(relations, _LISTED)}")]
    for found in step.hazards:
        action = policy.action(found.hazard)
        style = "bold red" if found.hazard.needs_consent or action is Action.REFUSE else "yellow"
        needed = {Action.REFUSE: f" (needs --allow {found.hazard})", Action.APPROVE: " (needs approval)"}.get(
            action, ""
        )
        yield [(style, f"      {found.hazard}"), ("", f": {one_line(found.message)}{needed}")]
    for check in step.checks:
        if check.is_told:
            yield [("bold red", f"      {check.hazard}"), ("", f": {one_line(check.words)}")]
