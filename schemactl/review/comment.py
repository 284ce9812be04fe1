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
    State.LEFT: "👋",
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
    changing = count - len(review.of(State.CLEAN, State.LEFT, State.FAILED))
    said = [f"{changing} of {count} database{'' if count == 1 else 's'} change{'s' if changing == 1 else ''}"]
    if not changing and not review.of(State.FAILED):
        said = ["No database changes"]
    for state, what in (
        (State.FAILED, "could not be planned"),
        (State.REFUSED, "refused"),
        (State.APPROVAL, "to approve"),
        (State.LEFT, "no longer managed"),
    ):
        if found := review.of(state):
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
    if told:
        yield from _with_something(
            ("", "database", "plan", "hazards", "proof", "digest"), [_row(it) for it in told[:rows]]
        )
    if review.untouched:
        yield ""
        yield f"Not planned, for the change leaves them as they are: {review.untouched}."
    if len(told) > rows:
        rest = Counter(it.state for it in told[rows:])
        yield ""
        yield f"and {len(told) - rows} more: {', '.join(f'{n} {state}' for state, n in rest.items())}."
    if review.commit:
        yield ""
        yield f"Of commit {code(review.commit[:12])}; together `sha256:{review.digest}`."


def _row(it: Reviewed) -> tuple[str, ...]:
    name = code(it.name) + (f" ({it.change})" if it.change in ("new", "removed") else "")
    if it.plan is None:
        return _MARKS[it.state], name, safe(f"not planned: {it.error}") if it.error else "left as it is", "", "", ""
    told = "no changes" if it.plan.is_empty else _counts(words.summary(it.plan))
    digest = "" if it.plan.is_empty or it.basis is Basis.BASE else f"`{it.plan.digest[:12]}`"
    return _MARKS[it.state], name, safe(told), _hazards(it), _proof(it.plan), digest


def _counts(summary: str) -> str:
    """`Plan: 2 to create, 0 to alter, 1 to drop.` in as few words as a cell has room for."""
    counts = summary.removeprefix("Plan: ").removesuffix(".").split(", ")
    return ", ".join(it for it in counts if not it.startswith("0 ")) or "0 to alter"


def _with_something(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The table without the columns in which nothing stands."""
    shown = [n for n in range(len(head)) if any(row[n] for row in rows)]
    return table([head[n] for n in shown], [[row[n] for n in shown] for row in rows])


def _becomes(it: Reviewed) -> dict[Action, str]:
    """What is done about a hazard, by what the policy says of it."""
    if it.verdict.approved:
        return {Action.REFUSE: "approved", Action.APPROVE: "approved", Action.WARN: ""}
    return {Action.REFUSE: "refused", Action.APPROVE: "to approve", Action.WARN: ""}


def _hazards(it: Reviewed) -> str:
    """Hazards by what becomes of them, the worst first: `**refused**: DROPS_TABLE, SCANS_TABLE 3×`."""
    found = []
    for action, said in _becomes(it).items():
        counts = Counter(str(j.hazard) for j in it.verdict.judgements if j.action is action)
        if counts:
            names = few(f"{name} {n}×" if n > 1 else name for name, n in counts.most_common())
            found.append(f"**{said}**: {safe(names)}" if said else safe(names))
    return "; ".join(found)


def _proof(plan: Plan) -> str:
    return "" if plan.proof is None else str(plan.proof.verdict)


def _section(alike: Sequence[Reviewed], detail: Detail) -> str:
    """Everything about targets to which the same is done."""
    first = alike[0]
    names = few((it.name for it in alike), _NAMED)
    lines: Iterator[str] = iter(("", f"### {_MARKS[first.state]} {safe(names)}", ""))
    if first.plan is None:
        return _text(_chain(lines, _failure(first) if first.error else _left()))
    return _text(_chain(lines, _plan(first, first.plan, alike, detail)))


def _chain(*parts: Iterator[str]) -> Iterator[str]:
    for part in parts:
        yield from part


def _left() -> Iterator[str]:
    yield "The change removes its manifest. Nothing is dropped: the database is left as it is, and nobody keeps it any more."


def _failure(it: Reviewed) -> Iterator[str]:
    yield f"There is no plan: {safe(it.error)}"
    if it.hint:
        yield ""
        yield f"> {safe(it.hint)}"


def _plan(it: Reviewed, plan: Plan, alike: Sequence[Reviewed], detail: Detail) -> Iterator[str]:
    if detail is Detail.NOTHING:
        yield f"**{words.summary(plan)}** It does not fit here: {_where(it)}."
        return
    count = f"{len(plan.steps)} statement{'' if len(plan.steps) == 1 else 's'}"
    yield f"**{words.summary(plan)}** {count}, from {it.basis}."
    if it.basis is Basis.BASE:
        yield ""
        why = f" ({safe(it.unseen)})" if it.unseen else ""
        yield f"> The database was not looked at{why}: drift, sizes and rows are not known."
    for said, answer in _asks(it, plan):
        yield ""
        yield f"{safe(said)} {code(answer)}" if answer else safe(said)
    for note in it.notes:
        yield ""
        yield f"> {safe(note)}"
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
        yield from folded(f"SQL, {count}", fenced(_sql(plan), "sql"))
    else:
        yield f"The SQL does not fit here: {_where(it)}."
    if len(alike) > 1:
        yield ""
        live = it.basis is Basis.LIVE
        rows = (
            (code(other.name), f"`sha256:{other.plan.digest}`" if live else "")
            for other in alike
            if other.plan is not None
        )
        yield from folded(f"The same for {len(alike)} databases", table(("database", "digest"), rows))


def _asks(it: Reviewed, plan: Plan) -> Iterator[tuple[str, str]]:
    """What is in the way of the plan, and what answers it. An approval is of the very plan that will run, or of none."""
    elsewhere = "An approval is of the plan from the live database, which was not looked at."
    if it.ruling is None:
        for said, answer in words.demands(plan, it.policy):
            yield (elsewhere, "") if it.basis is Basis.BASE and "digest" in answer else (said, answer)
    elif it.ruling.refused:
        yield f"{_sentence(it.ruling.refused)} To let it run: {it.ruling.remedy}.", ""
    elif it.ruling.approved:
        yield "The manifest approves exactly this plan: it runs after the merge, and no other one.", ""
    elif it.ruling.waits:
        yield f"It waits until exactly this plan is approved: {it.ruling.waits}.", ""
        yield ("In the manifest:", it.ruling.approval) if it.basis is Basis.LIVE else (elsewhere, "")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


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
    said = _becomes(it)
    for found in step.hazards:
        becomes = said.get(it.policy.action(found.hazard))
        yield f"**{safe(found.hazard)}**{f' ({becomes})' if becomes else ''}: {safe(found.message)}"
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
