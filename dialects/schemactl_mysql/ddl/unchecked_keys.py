"""Foreign keys that come while others write: MySQL adds one in place if it need not look at the rows that are there.

1. The key comes under a name of its own, unchecked (foreign_key_checks = 0). To add it the server must have both tables
   to itself for a moment, so no transaction is under way then, and from there on every write is checked.
2. So rows that do not suit it can only be older, and looking for them once finds them all.
3. The key comes under its own name, in the statement that takes the first away.

Whoever is interrupted leaves the first name behind, which nobody desires: the next run drops it and begins anew, so no key
stands under its own name whose rows were not looked at. To count rows first and add the key unchecked then would not be
safe: rows written in between would never be looked at. MariaDB does not wait for those who write the table referred to
(tests/mysql/test_locks.py), so a row that is just being deleted there would pass: it copies the table.
"""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.model import ForeignKey, Kind, ObjectKey, PrimaryKey, Table
from schemactl.steps import Hazard, Lock, Step, Warning_
from schemactl_mysql.ddl import definitions as define
from schemactl_mysql.ddl import rank
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.locks import MOMENT
from schemactl_mysql.ddl.online import FIRST_MEASURED, UNMEASURED, special
from schemactl_mysql.modes import unchecked
from schemactl_mysql.options import UNCHECKED, PartOptions
from schemactl_mysql.sql import quoted

_IN_PLACE = "ALGORITHM=INPLACE, LOCK=NONE"
#: A name has 64 characters at most.
_LONGEST = 64 - len(UNCHECKED)


def can_be(context: Context, was: Table, table: Table, it: ForeignKey) -> bool:
    """Whether a key of a live table can come so. Unchecked, the server would not miss a key on the other side either."""
    parent = context.tables.get(it.references)
    return (
        not context.flavour.mariadb
        and context.flavour.version >= FIRST_MEASURED[False]
        and context.manner.goes_online(was.key)
        and UNMEASURED not in special(was)
        and len(it.name) <= _LONGEST
        and parent is not None
        and _leads(parent, it.referenced_columns, unique=True)
        and _leads(table, it.columns, unique=False)
        and all(c is not None and c.generated is None for c in map(table.column, it.columns))
    )


def _leads(table: Table, columns: tuple[str, ...], *, unique: bool) -> bool:
    """Whether a whole key is of just these columns, or an index begins with them."""
    if any(isinstance(c, PrimaryKey) and c.columns == columns for c in table.constraints):
        return True
    for index in table.indexes:
        parts = index.parts if unique else index.parts[: len(columns)]
        plain = all(not isinstance(p.options, PartOptions) or p.options.length is None for p in parts)
        usable = index.method == "btree" and plain and (index.unique or not unique)
        if usable and tuple(p.column for p in parts) == columns:
            return True
    return False


def added(context: Context, table: Table, it: ForeignKey, reason: str, needs: frozenset[ObjectKey]) -> Iterator[Step]:
    """The three steps."""
    first = f"{it.name}{UNCHECKED}"
    there, looked = table.child(Kind.CONSTRAINT, first), table.child(Kind.CONSTRAINT, f"{it.name}, looked at")
    key, head = table.child(Kind.CONSTRAINT, it.name), f"ALTER TABLE {context.name(table.key)}"
    needs |= {table.key}
    definition = define.foreign_key(context, it)
    early = definition.replace(quoted(it.name), quoted(first), 1)
    yield _step(
        unchecked(f"{head}\n  ADD {early},\n  {_IN_PLACE}"), key, f"{reason}; rows are looked at next", needs, there, it
    )
    read = f"the rows of {table.key.path} are looked up in {it.references.path}"
    yield Step(
        sql=_none_without(context, table, it),
        key=key,
        action="check",
        reason="the rows that were there before",
        transactional=False,
        locks=tuple(Lock(relation=k.path, mode="SHARED_READ") for k in dict.fromkeys((table.key, it.references))),
        hazards=(Warning_(hazard=Hazard.SCANS_TABLE, message=read),),
        creates=frozenset({looked}),
        needs=needs | {there},
        rank=rank.FOREIGN_KEY,
    )
    body = f"ADD {definition},\n  DROP FOREIGN KEY {quoted(first)},\n  {_IN_PLACE}"
    yield _step(unchecked(f"{head}\n  {body}"), key, "its rows were looked at", needs | {looked}, key, it)


def _step(sql: str, key: ObjectKey, reason: str, needs: frozenset[ObjectKey], made: ObjectKey, it: ForeignKey) -> Step:
    own = ObjectKey(kind=Kind.TABLE, schema=key.schema, name=key.table)
    return Step(
        sql=sql,
        key=key,
        action="create",
        reason=reason,
        transactional=False,
        locks=tuple(Lock(relation=k.path, mode=MOMENT) for k in dict.fromkeys((own, it.references))),
        creates=frozenset({made}),
        needs=needs,
        rank=rank.FOREIGN_KEY,
    )


def _none_without(context: Context, table: Table, it: ForeignKey) -> str:
    """A statement that fails, for a subquery of two rows, if there is a row without the one that it refers to."""
    held = " AND ".join(f"r.{quoted(c)} IS NOT NULL" for c in it.columns)
    pairs = zip(it.referenced_columns, it.columns, strict=True)
    same = " AND ".join(f"p.{quoted(theirs)} = r.{quoted(ours)}" for theirs, ours in pairs)
    return (
        f"DO (SELECT 1 UNION ALL SELECT 2 FROM (\n  SELECT 1 FROM {context.name(table.key)} AS r\n  WHERE {held}"
        f"\n    AND NOT EXISTS (SELECT 1 FROM {context.name(it.references)} AS p WHERE {same})\n  LIMIT 1\n) AS found)"
    )
