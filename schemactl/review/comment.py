"""A review as one comment in Markdown: what a person must know in five seconds first, and everything else folded away.

Platforms take so many characters and no more. What does not fit is left out from the longest plan first, a whole kind of
detail at a time, and the comment says what is missing and where it is: no SQL is ever cut.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from enum import IntEnum

from schemactl.plan import Plan, PlannedStep
from schemactl.policy import Action
from schemactl.render import findings, words
from schemactl.render.markup import code, escaped, fenced, folded, safe, table
from schemactl.render.script import statement
from schemactl.review.model import Basis, Review, Reviewed, State
from schemactl.urls import redact_urls
from schemactl.wording import few

#: GitHub's limit is 65,536, in units of UTF-16.
BUDGET = 65_000
_MARKS = {
    State.CLEAN: "✅",
    State.CHANGES: "✅",
    State.WARNS: "⚠️",
    State.APPROVAL: "✋",
    State.REFUSED: "⛔",
    State.FAILED: "❌",
}
#: So many targets of one kind are named in a heading, and so many rows stand in the table of one that fits nothing more.
_NAMED = 5
#: Room for the sentence on what is left out.
_LAST = 150


class Detail(IntEnum):
    """How much of a plan is shown. Each leaves out something that the one before has."""

    ALL = 0
    NO_DIAGRAM = 1
    NO_COSTS = 2
    NO_SQL = 3
    NOTHING = 4


def comment(review: Review, budget: int = BUDGET) -> str:
    """The comment, in at most `budget` units of UTF-16."""
    alike = _alike(review.targets)
    details = [Detail.ALL] * len(alike)
    sections = [_section(targets, Detail.ALL) for targets in alike]
    head = _text(_head(review, rows=len(review.targets)))
    while _size(head, *sections) > budget:
        at = max(range(len(sections)), key=lambda n: (details[n] < Detail.NOTHING, _size(sections[n])), default=None)
        if at is None or details[at] is Detail.NOTHING:
            break
        details[at] = Detail(details[at] + 1)
        sections[at] = _section(alike[at], details[at])
    rows, left_out = len(review.targets), 0
    while _size(head, *sections) + _LAST > budget and (rows or sections):
        if rows * 2 > len(sections):
            rows //= 2
            head = _text(_head(review, rows=rows))
        else:
            left_out += len(sections) - len(sections) // 2
            sections = sections[: len(sections) // 2]
    if left_out:
        sections.append(
            f"\nPlans of which nothing fits here: {left_out}. See what `schemactl review` printed and saved.\n"
        )
    return head + "".join(sections)


def title(review: Review) -> str:
    """`3 of 4 databases change; 1 needs approval`."""
    count = len(review.targets)
    changing = count - len(review.of(State.CLEAN, State.FAILED))
    said = [f"{changing} of {count} database{'' if count == 1 else 's'} change{'s' if changing == 1 else ''}"]
    if not changing and not review.of(State.FAILED):
        return "No database changes"
    for states, what in (
        ((State.FAILED,), "could not be planned"),
        ((State.REFUSED,), "refused"),
        ((State.APPROVAL,), "to approve"),
    ):
        if found := review.of(*states):
            said.append(f"{len(found)} {what}")
    return "; ".join(said)


def size(text: str) -> int:
    """In units of UTF-16, as the platforms count."""
    return len(text.encode("utf-16-le")) // 2


def _size(*parts: str) -> int:
    return sum(size(part) for part in parts)


def _text(lines: Iterator[str]) -> str:
    return redact_urls("\n".join(lines) + "\n")


def _alike(targets: Sequence[Reviewed]) -> list[list[Reviewed]]:
    """The targets that something is to be said of, those together to which the same is done; the worst first."""
    found: dict[str, list[Reviewed]] = defaultdict(list)
    for it in targets:
        if it.state is not State.CLEAN:
            found[it.does].append(it)
    return sorted(found.values(), key=lambda alike: -alike[0].state.rank)


def _head(review: Review, *, rows: int) -> Iterator[str]:
    yield f"## {_MARKS[review.state]} schemactl: {title(review)}"
    yield ""
    told = sorted(review.targets, key=lambda it: -it.state.rank)
    yield from table(
        ("", "database", "plan", "hazards", "proof", "digest"),
        [_row(it) for it in told[:rows]],
    )
    if len(told) > rows:
        rest = Counter(it.state for it in told[rows:])
        yield ""
        yield f"and {len(told) - rows} more: {', '.join(f'{n} {state}' for state, n in rest.items())}."
    if review.commit:
        yield ""
        yield f"Of commit {code(review.commit[:12])}; together `sha256:{review.digest}`."


def _row(it: Reviewed) -> tuple[str, ...]:
    if it.plan is None:
        return _MARKS[it.state], code(it.name), safe(f"not planned: {it.error}"), "", "", ""
    told = words.summary(it.plan).removeprefix("Plan: ").removesuffix(".") if not it.plan.is_empty else "no changes"
    digest = "" if it.plan.is_empty else f"`{it.plan.digest[:12]}`"
    return _MARKS[it.state], code(it.name), safe(told), _hazards(it), _proof(it.plan), digest


def _hazards(it: Reviewed) -> str:
    """Hazards by what becomes of them, the worst first: `**refused** DROPS_TABLE, SCANS_TABLE 3x`."""
    found = []
    for action, said in ((Action.REFUSE, "**refused**: "), (Action.APPROVE, "**to approve**: "), (Action.WARN, "")):
        counts = Counter(str(j.hazard) for j in it.verdict.judgements if j.action is action)
        if counts:
            names = few(f"{name} {n}×" if n > 1 else name for name, n in counts.most_common())
            found.append(f"{said}{safe(names)}")
    return "; ".join(found)


def _proof(plan: Plan) -> str:
    return "" if plan.is_empty else "not proved" if plan.proof is None else str(plan.proof.verdict)


def _section(alike: Sequence[Reviewed], detail: Detail) -> str:
    """Everything about targets to which the same is done."""
    first = alike[0]
    names = few((it.name for it in alike), _NAMED)
    lines: Iterator[str] = iter(("", f"### {_MARKS[first.state]} {safe(names)}", ""))
    return _text(_chain(lines, _failure(first) if first.plan is None else _plan(first, first.plan, alike, detail)))


def _chain(*parts: Iterator[str]) -> Iterator[str]:
    for part in parts:
        yield from part


def _failure(it: Reviewed) -> Iterator[str]:
    yield f"There is no plan: {safe(it.error)}"
    if it.hint:
        yield ""
        yield f"> {safe(it.hint)}"


def _plan(it: Reviewed, plan: Plan, alike: Sequence[Reviewed], detail: Detail) -> Iterator[str]:
    if detail is Detail.NOTHING:
        yield f"**{words.summary(plan)}** It does not fit here: {_where(it)}."
        return
    yield f"**{words.summary(plan)}** {len(plan.steps)} statements, from {it.basis}."
    if it.basis is Basis.BASE:
        yield ""
        yield "> The database was not looked at: drift, sizes and rows are not known."
    for said, answer in words.demands(plan, it.policy):
        yield ""
        yield f"{safe(said)} {code(answer)}"
    yield from _told(plan)
    if detail < Detail.NO_COSTS:
        yield from _costs(it, plan)
    else:
        yield ""
        yield f"Hazards, locks and findings step by step do not fit here: {_where(it)}."
    if detail < Detail.NO_DIAGRAM and it.diagram:
        yield ""
        yield from folded("Diagram of what changes", fenced(it.diagram, "mermaid"))
    yield ""
    if detail < Detail.NO_SQL:
        yield from folded(f"SQL, {len(plan.steps)} statements", fenced(_sql(plan), "sql"))
    else:
        yield f"The SQL does not fit here: {_where(it)}."
    if len(alike) > 1:
        yield ""
        rows = ((code(other.name), f"`sha256:{other.plan.digest}`") for other in alike if other.plan is not None)
        yield from folded(f"The same for {len(alike)} databases", table(("database", "digest"), rows))


def _told(plan: Plan) -> Iterator[str]:
    yield ""
    yield safe(words.proof(plan))
    for note in plan.notes:
        yield ""
        yield f"> {safe(note)}"


def _costs(it: Reviewed, plan: Plan) -> Iterator[str]:
    """What each step costs that costs something, and what lint says."""
    sizes = {size.relation: words.size(size) for size in plan.sizes}
    rows = [
        (
            str(number),
            f"{safe(step.action)} {code(step.object)}",
            "<br>".join(_hazard(it, step)),
            "<br>".join(_locks(step, sizes)),
        )
        for number, step in enumerate(plan.steps, 1)
        if step.hazards or any(check.is_told for check in step.checks)
    ]
    if rows:
        yield ""
        title = f"{len(rows)} step{'' if len(rows) == 1 else 's'} with hazards"
        opened = it.state in (State.REFUSED, State.APPROVAL)
        yield from folded(title, table(("step", "what", "hazards", "locks"), rows), opened=opened)
    if plan.findings:
        yield ""
        found = (
            (safe(f.severity), code(f.code), code(f.object), safe(f.message), code(findings.place(f)) if f.file else "")
            for f in plan.findings
        )
        head = ("", "rule", "what", "why", "where")
        yield from folded(escaped(f"Lint: {findings.summary(plan.findings)}"), table(head, found))


def _hazard(it: Reviewed, step: PlannedStep) -> Iterator[str]:
    said = {Action.REFUSE: " (refused)", Action.APPROVE: " (to approve)"}
    for found in step.hazards:
        yield f"**{safe(found.hazard)}**{said.get(it.policy.action(found.hazard), '')}: {safe(found.message)}"
    yield from (f"**{safe(check.hazard)}**: {safe(check.words)}" for check in step.checks if check.is_told)


def _locks(step: PlannedStep, sizes: dict[str, str]) -> Iterator[str]:
    for lock in step.locks:
        held = f"{safe(lock.mode)} on {code(lock.relation)}"
        yield f"{held} ({safe(sizes[lock.relation])})" if lock.relation in sizes else held


def _sql(plan: Plan) -> str:
    """The statements by their groups, as a script has them."""
    blocks = []
    for number, group in enumerate(plan.groups, 1):
        kind = "one transaction" if group.transactional else "no transaction"
        body = "\n".join(words.printable(statement(step.sql)) for step in group.steps)
        blocks.append(f"-- group {number} ({kind})\n{body}")
    return "\n\n".join(blocks)


def _where(it: Reviewed) -> str:
    assert it.plan is not None
    if it.artifact:
        return f"it is in {code(it.artifact)}"
    return f"see `schemactl plan --env {safe(it.name)}`"
