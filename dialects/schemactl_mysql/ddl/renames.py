"""Steps for renames that the desired text tells of, or that are of the case of letters alone.

They come before all else by their rank: the other steps know all things under their new names. The parts of one table
are renamed in one ALTER, with what the server does not let follow: MySQL renames no column under a check, a default, a
generated column or an index over an expression, so these go and come back in the same statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.errors import ImpossibleError
from schemactl.model import Check, Column, Expression, ForeignKey, Kind, ObjectKey, Program, Table
from schemactl.steps import Step
from schemactl_mysql.ddl import definitions as define
from schemactl_mysql.ddl import rank
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.renamed import mentions_column
from schemactl_mysql.sql import quoted

_PARTS = frozenset({Kind.COLUMN, Kind.CONSTRAINT, Kind.INDEX})
#: RENAME TABLE takes them all.
_RELATIONS = frozenset({Kind.TABLE, Kind.VIEW, Kind.SEQUENCE})


def without_renamed_programs(context: Context, changes: Sequence[Change]) -> list[Change]:
    """The changes, where a program that no statement renames is dropped, and made under its new name as desired."""
    desired = context.desired.by_key()
    result: list[Change] = []
    made: set[ObjectKey] = set()
    for change in changes:
        if isinstance(change, Rename) and change.hinted and _is_remade(change):
            after = desired.get(change.new)
            result.append(Drop(key=change.key, before=change.after, because=f"is to be called {change.new.name}"))
            if after is not None:
                because = f"it was called {change.key.name}"
                result.append(Create(key=change.new, after=after, because=because))
                made.add(change.new)
    return [
        *result,
        *(
            c
            for c in changes
            if not (isinstance(c, Rename) and c.hinted and _is_remade(c))
            and not (isinstance(c, Alter) and c.key in made)
        ),
    ]


def _is_remade(change: Rename) -> bool:
    """Only an event has a RENAME, and not one for the case of its letters."""
    same = change.key.name.lower() == change.new.name.lower()
    return isinstance(change.after, Program) and (change.key.kind is not Kind.EVENT or same)


def hinted_renames(context: Context, renames: Sequence[Rename]) -> Iterator[Step]:
    """Raises ImpossibleError for what the server cannot rename."""
    of_table: dict[ObjectKey, list[Rename]] = defaultdict(list)
    for change in renames:
        if change.key.kind in _PARTS:
            of_table[ObjectKey(kind=Kind.TABLE, schema=change.new.schema, name=change.new.table)].append(change)
        elif change.key.kind in _RELATIONS:
            sql = f"RENAME TABLE {context.name(change.key)} TO {context.name(change.new)}"
            yield _step(sql, change, rank.RENAME)
        elif change.key.kind is Kind.EVENT:
            yield _step(
                f"ALTER EVENT {context.name(change.key)} RENAME TO {context.name(change.new)}", change, rank.RENAME
            )
        else:
            raise ImpossibleError(
                f"no statement renames a {change.key.kind}: {change.key.path}",
                subject=change.key.path,
                hint="remove the hint",
            )
    for key, parts in of_table.items():
        yield from _table(context, context.live[key], parts)


def _step(sql: str, change: Rename, place: int) -> Step:
    return Step(
        sql=sql,
        key=change.key,
        action="rename",
        reason=f"is to be called {change.new.name}",
        transactional=False,
        rank=place,
    )


@dataclass(slots=True)
class _Alter:
    """The clauses of one ALTER TABLE, in the order in which they stand."""

    drops: list[str] = field(default_factory=list)
    renames: list[str] = field(default_factory=list)
    adds: list[str] = field(default_factory=list)

    @property
    def clauses(self) -> list[str]:
        return [*self.drops, *self.renames, *self.adds]


def _table(context: Context, table: Table, renames: Sequence[Rename]) -> Iterator[Step]:
    """`table` is as it is live but for its names, which are the new ones already."""
    alter = _Alter()
    before = {c.new: c.key.name for c in renames}
    name = context.name(table.key)
    columns = [c.new.name for c in renames if c.key.kind is Kind.COLUMN]
    under: set[str] = set()
    if columns and not context.flavour.mariadb:
        under = _remade_columns(context, table, columns)
        _make_way(context, table, columns, under, before, alter)
    for change in renames:
        old, new = quoted(change.key.name), quoted(change.new.name)
        match change.after:
            case ForeignKey() as it:
                yield replace(_step(f"ALTER TABLE {name} DROP FOREIGN KEY {old}", change, rank.RENAME), action="drop")
                sql = f"ALTER TABLE {name} ADD {define.foreign_key(context, it)}"
                yield replace(_step(sql, change, rank.RENAMED), action="create")
            case Check() as it if f"DROP CONSTRAINT {old}" not in alter.drops:
                alter.drops.append(f"DROP CONSTRAINT {old}")
                alter.adds.append(f"ADD {define.check(context, it)}")
            case Column() if change.new.name not in under:
                alter.renames.append(f"RENAME COLUMN {old} TO {new}")
            case _ if change.key.kind is Kind.INDEX and f"DROP KEY {old}" not in alter.drops:
                alter.renames.append(f"RENAME KEY {old} TO {new}")
    if alter.clauses:
        one = len(alter.clauses) == 1
        body = f" {alter.clauses[0]}" if one else "\n  " + ",\n  ".join(alter.clauses)
        told = [c for c in renames if not isinstance(c.after, ForeignKey)]
        step = _step(f"ALTER TABLE {name}{body}", told[0], rank.RENAME_PART)
        if len(told) > 1:
            step = replace(step, key=table.key, reason=", ".join(f"{c.key.name} becomes {c.new.name}" for c in told))
        yield step


def _over(context: Context, it: Expression | None, columns: Sequence[str] | set[str]) -> bool:
    return it is not None and any(mentions_column(it.text, c, context.flavour) for c in columns)


def _remade_columns(context: Context, table: Table, renamed: Sequence[str]) -> set[str]:
    """The generated columns over renamed ones, and over such."""
    found: set[str] = set()
    while True:
        over = {*renamed, *found}
        more = {c.name for c in table.columns if c.generated and _over(context, c.generated.expression, over)}
        if more <= found:
            return found
        found |= more


def _make_way(
    context: Context,
    table: Table,
    renamed: Sequence[str],
    remade: set[str],
    before: Mapping[ObjectKey, str],
    alter: _Alter,
) -> None:
    """What is over renamed columns goes, and comes back as it was."""

    def was(kind: Kind, name: str) -> str:
        return quoted(before.get(table.child(kind, name), name))

    moved = {*renamed, *remade}
    for constraint in table.constraints:
        listed = set(getattr(constraint, "columns", ()))
        if isinstance(constraint, Check) and _over(context, constraint.expression, moved):
            alter.drops.append(f"DROP CONSTRAINT {was(Kind.CONSTRAINT, constraint.name)}")
            alter.adds.append(f"ADD {define.check(context, constraint)}")
        elif listed & remade:
            raise ImpossibleError(
                f"no column beneath {sorted(listed & remade)[0]} can be renamed: it is generated, and in a key",
                subject=table.key.path,
                hint="drop the key or the generated column first, in a release of its own",
            )
    for index in table.indexes:
        if any(p.column in remade or _over(context, p.expression, moved) for p in index.parts):
            alter.drops.append(f"DROP KEY {was(Kind.INDEX, index.name)}")
            alter.adds.append(f"ADD {define.index(context, index)}")
    adds: list[str] = []
    for i, column in enumerate(table.columns):
        place = f"AFTER {quoted(table.columns[i - 1].name)}" if i else "FIRST"
        if column.name in remade:
            alter.drops.append(f"DROP COLUMN {was(Kind.COLUMN, column.name)}")
            adds.append(f"ADD COLUMN {define.column(context, column)} {place}")
        elif _over(context, column.default, [n for n in renamed if n != column.name]):
            adds.append(f"MODIFY COLUMN {define.column(context, column)}")
    alter.adds[:0] = adds
