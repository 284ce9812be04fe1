"""The parts of ALTER TABLE, and in how few statements they make the change without one of them making another dearer.

What is instant has an ALTER of its own, so that no copy drags it along and no copy is dragged in by it; whatever reads
or writes rows shares one, so that they are read or written once. A part that has to do with one of another statement
goes along with it: nothing is ever done out of turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from schemactl.model import Kind, ObjectKey, Table
from schemactl.steps import Part, Step, Warning_
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.handover import handover
from schemactl_mysql.ddl.locks import blocking
from schemactl_mysql.ddl.online import (
    FEW_LEFT,
    FULL,
    Algorithm,
    Forecast,
    asserted,
    forecast,
    hazards,
    special,
    together,
)
from schemactl_mysql.ddl.partition_steps import blocks_of_copy
from schemactl_mysql.ddl.row_size import has_room
from schemactl_mysql.ddl.versions import keeping_history
from schemactl_mysql.zero_dates import has_zero_date, refuses_zero_dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One part of an ALTER TABLE, with the operations of online.toml that it is, and the keys that it makes and takes.

    `beneath` is what it takes away or changes, as it was: it rests on what that names.
    """

    text: str
    key: ObjectKey
    reason: str
    operations: tuple[str, ...]
    beneath: str = ""
    hazards: tuple[Warning_, ...] = ()
    creates: frozenset[ObjectKey] = frozenset()
    destroys: frozenset[ObjectKey] = frozenset()
    needs: frozenset[ObjectKey] = frozenset()
    frees: frozenset[ObjectKey] = frozenset()


@dataclass(slots=True)
class Clauses:
    """Those of one statement, in order. `tail` is PARTITION BY or REMOVE PARTITIONING, behind all else."""

    items: list[Clause] = field(default_factory=list)
    tail: str = ""
    tail_reason: str = ""
    tail_hazards: tuple[Warning_, ...] = ()
    needs: frozenset[ObjectKey] = frozenset()
    follows: frozenset[ObjectKey] = frozenset()

    def add(
        self,
        text: str,
        key: ObjectKey,
        reason: str,
        *operations: str,
        beneath: str = "",
        hazards: Iterable[Warning_] = (),
        creates: Iterable[ObjectKey] = (),
        destroys: Iterable[ObjectKey] = (),
        needs: Iterable[ObjectKey] = (),
        frees: Iterable[ObjectKey] = (),
    ) -> None:
        """Put one at the end."""
        self.items.append(
            Clause(
                text=text,
                key=key,
                reason=reason,
                operations=operations,
                beneath=beneath,
                hazards=tuple(hazards),
                creates=frozenset(creates),
                destroys=frozenset(destroys),
                needs=frozenset(needs),
                frees=frozenset(frees),
            )
        )


def statement(context: Context, was: Table, clauses: Clauses, *, action: str, position: int) -> Iterator[Step]:
    """The ALTER TABLE of these clauses; none if there are none."""
    items = clauses.items
    if not items and not clauses.tail:
        return
    found = [_forecast(context, was, c) for c in items]
    whole = together(found) if found and not clauses.tail else None
    texts = [c.text for c in items]
    insisted = context.manner.goes_online(was.key) and not special(was)
    if whole is not None and insisted and _is_sure(items, found):
        texts += [t for t in [asserted(context.flavour, whole)] if t]
    body = f" {texts[0]}" if len(texts) == 1 else "\n  " + ",\n  ".join(texts)
    keys = {c.key for c in items} | ({was.key} if clauses.tail else set())
    reasons = dict.fromkeys(
        [
            *(c.reason for c in items if c.reason),
            *([clauses.tail_reason] if clauses.tail else []),
            *_few_left(context, was, whole, found),
        ]
    )
    warned = [w for c in items for w in c.hazards] + [*(hazards(whole) if whole else ()), *clauses.tail_hazards]
    head = f"{keeping_history(was)}ALTER TABLE {context.name(was.key)}"
    yield Step(
        sql=f"{head}{body if texts else ''}{clauses.tail}",
        key=keys.pop() if len(keys) == 1 else was.key,
        action=action,
        reason="; ".join(reasons),
        transactional=False,
        locks=blocking(was.key, whole.blocks if whole else blocks_of_copy(context)),
        hazards=tuple(dict.fromkeys(warned)),
        # A column that is altered is what others wait for, as one that is new is: a foreign key to it wants its type.
        creates=_union(c.creates for c in items) | {c.key for c in items if c.text.startswith("MODIFY COLUMN ")},
        destroys=_union(c.destroys for c in items),
        needs=_union(c.needs for c in items) | clauses.needs | {was.key},
        frees=_union(c.frees for c in items),
        follows=clauses.follows,
        rank=position,
        parts=(
            *(Part(key=c.key, hazards=(*c.hazards, *hazards(f))) for c, f in zip(items, found, strict=True)),
            *([Part(key=was.key, hazards=clauses.tail_hazards)] if clauses.tail else []),
        ),
        handover=handover(context, was, whole, ", ".join(c.text for c in items)) if whole else None,
    )


def _union(sets: Iterable[frozenset[ObjectKey]]) -> frozenset[ObjectKey]:
    return frozenset().union(*sets)


def _forecast(context: Context, was: Table, clause: Clause) -> Forecast:
    size = context.manner.sizes.get(was.key)
    has = special(was) | ({FULL} if size is not None and size.instant_left == 0 else set())
    found = [forecast(context.flavour, name, has) for name in clause.operations]
    whole = together(found)
    apart = next((f.apart for f in found if f.apart), "")
    return replace(whole, apart=apart, known=all(f.known for f in found))


def _few_left(context: Context, was: Table, whole: Forecast | None, found: Sequence[Forecast]) -> Iterator[str]:
    """What to know of a table that is soon to be written anew."""
    size = context.manner.sizes.get(was.key)
    left = None if size is None else size.instant_left
    counted = any(f.apart == "rows" for f in found) and whole is not None and whole.algorithm is Algorithm.INSTANT
    if counted and left and left <= FEW_LEFT:
        yield (
            f"of the table's instant changes {left - 1} are left after this, then its rows are written anew"
            " (OPTIMIZE TABLE does that when it suits)"
        )


def _is_sure(items: Sequence[Clause], found: Sequence[Forecast]) -> bool:
    """Whether the forecast was measured of such a statement: of one part, or of instant ones of one kind alone.

    What else a table has, and parts that are not instant, make each other dearer in more ways than were measured: random
    pairs found one in two hundred. There the forecast is told, and not insisted on.
    """
    if len(items) == 1:
        return found[0].known
    instant = all(f.algorithm is Algorithm.INSTANT and f.known for f in found)
    return instant and len({f.apart for f in found} - {"", "rows"}) <= 1


def divided(context: Context, was: Table, table: Table, whole: Clauses) -> list[Clauses]:
    """The statements, in their order. What is instant comes first, an index over an expression last.

    One alone where nobody minds what it costs: it is done as a whole, or not at all.
    """
    if whole.tail or _moves_all(was, table) or not context.manner.goes_online(was.key):
        return [whole]
    levels = {id(c): _forecast(context, was, c) for c in whole.items}
    copies = any(f.algorithm is Algorithm.COPY for f in levels.values())
    place = {id(c): _place(levels[id(c)], copies=copies) for c in whole.items}
    if "virtual" in special(was):
        # Beside a virtual column, MariaDB adds or drops one column at a time instantly.
        alone = [c for c in whole.items if levels[id(c)].apart == "rows" and place[id(c)] == 0]
        place |= {id(c): n - len(alone) for n, c in enumerate(alone)}
    names = _names(was) | _names(table)
    touched = {id(c): _touched(c, names) for c in whole.items}
    # A check over no column goes along with any that is dropped.
    columns = frozenset(c.name.lower() for c in (*was.columns, *table.columns))
    dropped = frozenset(k.name.lower() for c in whole.items for k in c.destroys if k.kind is Kind.COLUMN)
    for it in whole.items:
        if "drop_check" in it.operations and not touched[id(it)] & columns:
            touched[id(it)] |= dropped
    _keep_in_turn(whole.items, place, touched)
    _keep_order_of_new(whole.items, place)
    _keep_in_turn(whole.items, place, touched)
    if len(set(place.values())) > 1 and not _can_wait(context, was, table, whole.items, place):
        return [whole]
    result: list[Clauses] = []
    made: frozenset[ObjectKey] = frozenset()
    for number in sorted(set(place.values())):
        items = [c for c in whole.items if place[id(c)] == number]
        result.append(Clauses(items=items, needs=whole.needs | made, follows=whole.follows))
        made |= _union(c.creates for c in items)
    return result


#: Where the instant ones of a kind stand; what shares the one statement that may take long; indexes over expressions.
_APART = {"": 0, "rows": 0, "virtual": 1, "computed": 2, "table": 3}
_REST = 4
_EXPRESSION = 5


def _place(found: Forecast, *, copies: bool) -> int:
    if found.algorithm is Algorithm.INSTANT:
        return _APART.get(found.apart, _REST)
    return _EXPRESSION if found.apart == "expression" and not copies else _REST


def _moves_all(was: Table, table: Table) -> bool:
    """Whether the table's options change in a way that its columns follow."""
    old, new = was.options, table.options
    fields = ("engine", "collation", "system_versioned", "periods")
    return any(getattr(old, name, None) != getattr(new, name, None) for name in fields)


def _keep_in_turn(items: Sequence[Clause], place: dict[int, int], touched: dict[int, frozenset[str]]) -> None:
    """Put what has to do with each other into one statement, but where the one only rests on a column that the other adds."""
    changed = True
    while changed:
        changed = False
        for one in items:
            for other in items:
                here, there = place[id(one)], place[id(other)]
                if here >= there or not _meet(one, other, touched):
                    continue
                place[id(one)] = place[id(other)] = _REST
                changed = changed or (here, there) != (_REST, _REST)


def _keep_order_of_new(items: Sequence[Clause], place: dict[int, int]) -> None:
    """New columns stand in the order in which they come."""
    last = 0
    for it in items:
        if it.text.startswith("ADD COLUMN "):
            if place[id(it)] < last:
                place[id(it)] = _REST
            last = place[id(it)]


def _meet(first: Clause, then: Clause, touched: dict[int, frozenset[str]]) -> bool:
    """Whether the first cannot be done in a statement before the other."""
    shared = touched[id(first)] & touched[id(then)]
    if first.creates and not first.destroys and then.creates and not then.destroys:
        shared -= {key.name.lower() for key in first.creates}
    return bool(shared)


def _names(table: Table) -> frozenset[str]:
    named = (*table.columns, *table.indexes, *table.constraints)
    return frozenset(it.name.lower() for it in named)


def _touched(clause: Clause, names: frozenset[str]) -> frozenset[str]:
    """The names of columns, indexes and constraints that occur in a clause: too many rather than too few."""
    text = f"{clause.text} {clause.beneath}".lower()
    words = set(re.findall(r"[\w$]+", text))
    found = frozenset(n for n in names if (n in words if re.fullmatch(r"[\w$]+", n) else n in text))
    return found | ({_PLACE} if set(clause.operations) & _PLACED else set())


#: Stands for the order of columns: those that take places in it do so one after the other.
_PLACE = ""
_PLACED = frozenset({"move_column", "add_column_between"})


def _can_wait(context: Context, was: Table, table: Table, items: Sequence[Clause], place: dict[int, int]) -> bool:
    """Whether the table can be at each stage: it has a column left, and room for those that it has by then.

    And no default that the session refuses: one that goes must go with the first of them.
    """
    desired = {c.name: c for c in table.columns}
    columns = {c.name: c for c in was.columns}
    old_format = getattr(was.options, "row_format", None) in ("COMPACT", "REDUNDANT")
    for number in sorted(set(place.values())):
        for key in (c.key for c in items if place[id(c)] == number and c.key.kind is Kind.COLUMN):
            if key.name in desired:
                columns[key.name] = desired[key.name]
            else:
                columns.pop(key.name, None)
        if not columns or not has_room(context, columns.values(), old_format=old_format):
            return False
        if refuses_zero_dates(getattr(context.actual.surroundings, "sql_mode", "")) and has_zero_date(columns.values()):
            return False
    return True
