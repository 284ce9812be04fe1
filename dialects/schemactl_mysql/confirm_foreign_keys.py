"""Foreign keys that the server would refuse: none can be tried, for a temporary table has no foreign keys.

MariaDB's own error for one tells nothing, and either server's comes only once the steps before it stand. So what it
takes is a table of facts here, measured on MySQL 9.7, MariaDB 10.11 and 11.8 (tests/mysql/test_foreign_keys.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemactl.errors import ImpossibleError
from schemactl.model import Catalog, Check, Column, ForeignKey, Index, ObjectKey, PrimaryKey, SchemaObject, Table
from schemactl_mysql.ddl.definitions import column_options, index_options, table_options
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import PartOptions, Surroundings
from schemactl_mysql.renamed import mentions_column
from schemactl_mysql.stored import NEVER, stored
from schemactl_mysql.types import base

#: What is wrong, and what to do about it.
Reason = tuple[str, str]

_WRITES = frozenset({"CASCADE", "SET NULL"})
_WRITES_OR_DEFAULT = _WRITES | {"SET DEFAULT"}
#: Indexes that find no row by a value.
_NO_LOOKUP = frozenset({"fulltext", "spatial", "vector"})


def refuse_unfit_keys(desired: Catalog, actual: Catalog) -> None:
    """Raises ImpossibleError for a foreign key that comes, or has to stand on other ground, and that the server refuses.

    The key's table is the subject. What a key lacks that is live, and lacked before, is no matter of the plan.
    """
    around = actual.surroundings
    assert isinstance(around, Surroundings)
    live = actual.by_key()
    tables = {t.key: t for t in desired.tables()}
    _refuse_names_twice(tables, around.flavour)
    for table in tables.values():
        for key in table.constraints:
            if isinstance(key, ForeignKey) and not _is_settled(table, key, tables, live):
                reason = _news(table, key, tables, live, around)
                if reason is not None:
                    raise ImpossibleError(
                        f"the server takes no foreign key {key.name} of {table.key}: {reason[0]}",
                        subject=str(table.key),
                        hint=reason[1],
                    )


def _is_settled(
    table: Table, key: ForeignKey, tables: Mapping[ObjectKey, Table], live: Mapping[ObjectKey, SchemaObject]
) -> bool:
    parent = tables.get(key.references)
    return live.get(table.key) == table and (parent is None or live.get(parent.key) == parent)


def _news(
    table: Table,
    key: ForeignKey,
    tables: Mapping[ObjectKey, Table],
    live: Mapping[ObjectKey, SchemaObject],
    around: Surroundings,
) -> Reason | None:
    """What is wrong with a key. Of one that stands, and will not be made anew, only what was not wrong before."""
    parent = tables.get(key.references)
    was, was_parent = live.get(table.key), live.get(key.references)
    stands = (
        isinstance(was, Table)
        and isinstance(was_parent, Table)
        and parent is not None
        and key in was.constraints
        and [was.column(c) for c in key.columns] == [table.column(c) for c in key.columns]
        and [was_parent.column(c) for c in key.referenced_columns] == [parent.column(c) for c in key.referenced_columns]
    )
    if not stands or not isinstance(was, Table) or not isinstance(was_parent, Table):
        return next(_Fit(table, key, parent, around, around.whole_keys_alone).reasons(), None)
    # MySQL alters no table that a key refers to against its setting, and says nothing that helps (9.7: error 1553).
    whole = around.whole_keys_alone and was_parent != parent
    before = set(_Fit(was, key, was_parent, around, whole=False).reasons())
    return next((r for r in _Fit(table, key, parent, around, whole).reasons() if r not in before), None)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A key between two tables; `whole`: it must refer to a unique key and all of it."""

    table: Table
    key: ForeignKey
    parent: Table | None
    around: Surroundings
    whole: bool

    def reasons(self) -> Iterator[Reason]:
        yield from self._actions()
        if self.parent is None:
            return
        yield from self._tables(self.parent)
        if len(self.key.columns) != len(self.key.referenced_columns):
            yield (
                f"it is over {len(self.key.columns)} columns and refers to {len(self.key.referenced_columns)}",
                "name as many columns on either side",
            )
            return
        yield from self._columns(self.parent)
        yield from self._index(self.parent)

    def _tables(self, parent: Table) -> Iterator[Reason]:
        engine = table_options(parent).engine
        if table_options(self.table).engine == "InnoDB" and engine not in (None, "InnoDB"):
            yield f"{parent.name} is a table of {engine}", "give both tables the same engine"
        for it in dict.fromkeys((self.table, parent)):
            if table_options(it).partitioning is not None:
                yield f"{it.name} is partitioned", "do without the partitions, or without the key"

    def _columns(self, parent: Table) -> Iterator[Reason]:
        for own, other in zip(self.key.columns, self.key.referenced_columns, strict=True):
            a, b = self.table.column(own), parent.column(other)
            if a is None or b is None:
                continue
            never = next((c for c in (a, b) if base(c.type.text) in NEVER), None)
            if never is not None:
                yield f"{never.name} is {never.type}, which no key can be over", "take columns of another type"
            elif stored(a) != stored(b):
                shown = [f"{c.type}{f' collate {c.collation}' if c.collation else ''}" for c in (a, b)]
                yield (
                    f"{a.name} is {shown[0]}, and {parent.name}.{b.name} is {shown[1]}",
                    "give both columns the same type",
                )
            for it in (a, b):
                if it.generated is not None and not it.generated.stored and not self.around.flavour.mariadb:
                    yield f"{it.name} is a virtual column", "store it, or do without the key"

    def _actions(self) -> Iterator[Reason]:
        """What the actions of the key would write, and may not."""
        delete, update = self.key.on_delete, self.key.on_update
        sets_null = "SET NULL" in (delete, update)
        writes = delete == "SET NULL" or update in _WRITES
        for name in self.key.columns:
            it = self.table.column(name)
            if it is None:
                continue
            if sets_null and not it.nullable:
                yield (
                    f"it sets {it.name} to NULL, which the column forbids",
                    "let the column be NULL, or choose another action",
                )
            if it.generated is not None and writes:
                yield f"it would write {it.name}, which is generated", "choose another action"
            if delete in ("SET NULL", "SET DEFAULT") or update in _WRITES_OR_DEFAULT:
                for check in self._checks_over(it):
                    yield f"it would write {it.name}, and {check} is over that", "choose another action, or no check"
            for user in self._stored_over(it):
                yield (
                    f"it would write {it.name}, and {user.name}, which is stored, is worked out from that",
                    f"choose another action, or let {user.name} be VIRTUAL",
                )

    def _checks_over(self, it: Column) -> Iterator[str]:
        for check in self.table.constraints:
            if isinstance(check, Check) and self._mentions(check.expression.text, it):
                yield f"check {check.name}"
        own = column_options(it).check
        if own is not None:
            yield "its check"

    def _stored_over(self, it: Column) -> Iterator[Column]:
        """Columns that the server would have to write as well: the two differ in which actions they mean."""
        delete, update = self.key.on_delete, self.key.on_update
        if self.around.flavour.mariadb:
            refused = delete in ("SET NULL", "SET DEFAULT") or update in _WRITES_OR_DEFAULT
        else:
            refused = delete in _WRITES or update in _WRITES
        worked_out = [c for c in self.table.columns if refused and c.generated is not None and c.generated.stored]
        for user in worked_out:
            if user.generated is not None and self._mentions(user.generated.expression.text, it):
                yield user

    def _mentions(self, text: str, it: Column) -> bool:
        return mentions_column(text, it.name, self.around.flavour)

    def _index(self, parent: Table) -> Iterator[Reason]:
        wanted = self.key.referenced_columns
        columns = ", ".join(wanted)
        found = [found for found in _indexes(parent) if found.begins_with(wanted)]
        if not found:
            yield f"{parent.name} has no index over {columns}", f"add a unique key over {columns} to {parent.key.path}"
        elif self.whole and not any(i.unique and i.columns == wanted for i in found):
            yield (
                f"{parent.name} has no unique key over just {columns}, on which the server insists"
                " (restrict_fk_on_non_standard_key)",
                f"add a unique key over {columns} to {parent.key.path}, or turn the setting off",
            )


@dataclass(frozen=True, slots=True)
class _Lookup:
    """An index by the columns that are in it whole, up to the first that is not; InnoDB puts the primary key behind."""

    columns: tuple[str, ...]
    behind: tuple[str, ...]
    unique: bool

    def begins_with(self, columns: tuple[str, ...]) -> bool:
        whole = self.columns + tuple(c for c in self.behind if c not in self.columns)
        return whole[: len(columns)] == columns


def _indexes(table: Table) -> Iterator[_Lookup]:
    primary = next((c for c in table.constraints if isinstance(c, PrimaryKey)), None)
    behind = _whole(primary)[0] if primary is not None else ()
    for it in (*table.constraints, *table.indexes):
        if isinstance(it, PrimaryKey) or (isinstance(it, Index) and it.method not in _NO_LOOKUP):
            columns, complete = _whole(it)
            unique = isinstance(it, PrimaryKey) or it.unique
            yield _Lookup(columns, behind if complete else (), unique and complete)
        elif isinstance(it, ForeignKey):  # each has an index of its own where no other serves it
            yield _Lookup(it.columns, behind, unique=False)


def _whole(it: PrimaryKey | Index) -> tuple[tuple[str, ...], bool]:
    """The columns before the first part that is an expression, or the beginning of a column; and whether there is none."""
    parts = index_options(it.options).parts if isinstance(it, PrimaryKey) else it.parts
    if isinstance(it, PrimaryKey) and not parts:
        return it.columns, True
    columns: list[str] = []
    for part in parts:
        if part.column is None or (isinstance(part.options, PartOptions) and part.options.length is not None):
            return tuple(columns), False
        columns.append(part.column)
    return tuple(columns), True


def _refuse_names_twice(tables: Mapping[ObjectKey, Table], flavour: Flavour) -> None:
    """A name that a text states is one of the database, not of the table: each server for its own kinds."""
    seen: dict[tuple[str, ...], ObjectKey] = {}
    for table in tables.values():
        for it in table.constraints:
            if it.generated_name or not isinstance(it, ForeignKey | Check):
                continue
            whose = _scope(table, it, flavour)
            if whose is None:
                continue
            first = seen.setdefault((*whose, it.name.lower()), table.key)
            if first != table.key or (flavour.mariadb and _is_both(table, it)):
                raise ImpossibleError(
                    f"the server takes no two constraints {it.name} in one {whose[1]}: of {first} and of {table.key}",
                    subject=str(table.key),
                    hint="give one of them another name",
                )


def _scope(table: Table, it: ForeignKey | Check, flavour: Flavour) -> tuple[str, str, str] | None:
    """Within what a name must be the only one: kind, what it is called, and which; None where nothing is to look for."""
    if isinstance(it, Check):
        return None if flavour.mariadb else ("check", "database", table.schema)
    if flavour.has("foreign key names by table"):
        return "key", "table", table.key.path
    return "key", "database", table.schema


def _is_both(table: Table, it: ForeignKey | Check) -> bool:
    """Whether a foreign key and a check of the table have this name."""
    named = [c for c in table.constraints if isinstance(c, ForeignKey | Check) and c.name.lower() == it.name.lower()]
    return len({type(c) for c in named}) > 1
