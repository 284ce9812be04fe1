"""ALTER TABLE, DROP and RENAME: what later statements of a text do to a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from schemactl.errors import MissingObjectError, UnsupportedError
from schemactl.model import Kind, ObjectKey, PrimaryKey
from schemactl.reading import Token
from schemactl_mysql.options import ColumnOptions, IndexOptions
from schemactl_mysql.read.alter_partitions import (
    add_partition,
    coalesce_partition,
    drop_partition,
    reorganize_partition,
)
from schemactl_mysql.read.column import column, define
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.expressions import default_value
from schemactl_mysql.read.partition import partitioning
from schemactl_mysql.read.state import State, TableDraft
from schemactl_mysql.read.table import constraint_or_key, period
from schemactl_mysql.read.table_options import charset, table_option
from schemactl_mysql.types import charset_name, collation_name

Action = Callable[[Cursor, State, TableDraft], None]
_KEYS = frozenset({"PRIMARY", "KEY", "INDEX", "UNIQUE", "FULLTEXT", "SPATIAL", "CONSTRAINT", "FOREIGN", "CHECK"})


def alter_table(cursor: Cursor, state: State) -> None:
    """`ALTER [IGNORE] TABLE [IF EXISTS] name action, ...`. Raises SourceError."""
    cursor.take("IF", "EXISTS")
    table = state.table(cursor, cursor.qualified("a table"))
    while not cursor.done:
        _action(cursor, state, table)
        # PARTITION BY and REMOVE PARTITIONING stand behind the other actions without a comma.
        if not cursor.take(",") and not cursor.at("PARTITION", "BY") and not cursor.at("REMOVE"):
            cursor.end()


def _action(cursor: Cursor, state: State, table: TableDraft) -> None:
    token = cursor.token
    found = _ACTIONS.get(cursor.word)
    if found is not None:
        cursor.i += 1
        found(cursor, state, table)
    elif not table_option(cursor, table):
        raise cursor.error(UnsupportedError, f"ALTER TABLE ... {cursor.word}", token, hint="write it in CREATE TABLE")


def _add(cursor: Cursor, state: State, table: TableDraft) -> None:
    token = cursor.token
    if cursor.take("PARTITION"):
        add_partition(cursor, table)
    elif cursor.take("SYSTEM", "VERSIONING"):
        table.options = replace(table.options, system_versioned=True)
    elif cursor.at("PERIOD", "FOR"):
        period(cursor, table)
    elif cursor.word in _KEYS:
        symbol = None
        if cursor.take("CONSTRAINT") and cursor.word not in _KEYS:
            symbol = cursor.name("the name of the constraint")
        constraint_or_key(cursor, state, table, symbol, token)
    else:
        cursor.take("COLUMN")
        cursor.take("IF", "NOT", "EXISTS")
        if cursor.at("("):
            cursor.listed(lambda: column(cursor, state, table))
        else:
            _place(cursor, table, column(cursor, state, table).name)


def _place(cursor: Cursor, table: TableDraft, name: str) -> None:
    """FIRST, AFTER column, or where it stands."""
    if cursor.take("FIRST"):
        order = [name.lower(), *(c for c in table.columns if c != name.lower())]
    elif cursor.take("AFTER"):
        other = _found(cursor, table, Kind.COLUMN, table.columns)
        order = [c for c in table.columns if c != name.lower()]
        order.insert(order.index(other) + 1, name.lower())
    else:
        return
    table.columns = {c: table.columns[c] for c in order}


def _found(cursor: Cursor, table: TableDraft, kind: Kind, among: Mapping[str, object]) -> str:
    """The name that comes next, in lower case. Raises MissingObjectError."""
    token = cursor.token
    name = cursor.name(f"a {kind}")
    if name.lower() not in among:
        key = table.child(kind, name)
        raise cursor.error(MissingObjectError, f"{key} is not created before this", token, subject=str(key))
    return name.lower()


def _modify(cursor: Cursor, state: State, table: TableDraft) -> None:
    cursor.take("COLUMN")
    cursor.take("IF", "EXISTS")
    token = cursor.token
    old = _found(cursor, table, Kind.COLUMN, table.columns)
    name = table.columns[old].name
    define(cursor, state, table, name, token)
    _place(cursor, table, name)


def _change(cursor: Cursor, state: State, table: TableDraft) -> None:
    cursor.take("COLUMN")
    cursor.take("IF", "EXISTS")
    old = _found(cursor, table, Kind.COLUMN, table.columns)
    token = cursor.token
    new = cursor.name("a column name")
    rename_column(cursor, state, table, old, new, token)
    define(cursor, state, table, new, token)
    _place(cursor, table, new)


def rename_column(cursor: Cursor, state: State, table: TableDraft, old: str, new: str, token: Token) -> None:
    """Under its new name where it stood; indexes and keys follow."""
    if new.lower() != old and new.lower() in table.columns:
        raise state.duplicate(cursor, table.child(Kind.COLUMN, new), token)
    before = table.columns[old].name
    table.columns = {
        (new.lower() if n == old else n): (replace(c, name=new) if n == old else c) for n, c in table.columns.items()
    }

    def swap(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if n.lower() == old else n for n in names)

    if table.primary_key is not None:
        table.primary_key = replace(table.primary_key, columns=swap(table.primary_key.columns))
    for name, index in table.indexes.items():
        parts = tuple(
            replace(p, column=new) if p.column is not None and p.column.lower() == old else p for p in index.parts
        )
        table.indexes[name] = replace(index, parts=parts)
    for name, key in table.foreign_keys.items():
        table.foreign_keys[name] = replace(key, columns=swap(key.columns))
    for other in state.tables.values():
        for name, key in other.foreign_keys.items():
            if key.references == table.key:
                other.foreign_keys[name] = replace(key, referenced_columns=swap(key.referenced_columns))
    state.places.pop(table.child(Kind.COLUMN, before), None)
    state.places[table.child(Kind.COLUMN, new)] = cursor.place(token)


def _drop(cursor: Cursor, state: State, table: TableDraft) -> None:
    if cursor.take("PRIMARY", "KEY"):
        table.primary_key = None
    elif cursor.take("FOREIGN", "KEY"):
        cursor.take("IF", "EXISTS")
        del table.foreign_keys[_found(cursor, table, Kind.CONSTRAINT, table.foreign_keys)]
    elif cursor.take_any("INDEX", "KEY"):
        cursor.take("IF", "EXISTS")
        del table.indexes[_found(cursor, table, Kind.INDEX, table.indexes)]
    elif cursor.take_any("CONSTRAINT", "CHECK"):
        cursor.take("IF", "EXISTS")
        _drop_constraint(cursor, table)
    elif cursor.take("SYSTEM", "VERSIONING"):
        table.options = replace(table.options, system_versioned=False)
    elif cursor.take("PARTITION"):
        drop_partition(cursor, table)
    elif cursor.take("PERIOD", "FOR"):
        _drop_period(cursor, table)
    else:
        cursor.take("COLUMN")
        cursor.take("IF", "EXISTS")
        _drop_column(table, _found(cursor, table, Kind.COLUMN, table.columns))


def _drop_period(cursor: Cursor, table: TableDraft) -> None:
    forgiving = cursor.take("IF", "EXISTS")
    token = cursor.token
    name = cursor.name("a period")
    left = tuple(p for p in table.options.periods if p.name.lower() != name.lower())
    if len(left) == len(table.options.periods) and not forgiving:
        raise cursor.error(MissingObjectError, f"{table.key} has no period {name}", token, subject=name)
    table.options = replace(table.options, periods=left)


def _drop_constraint(cursor: Cursor, table: TableDraft) -> None:
    found: dict[str, object] = {**table.checks, **table.foreign_keys, **table.indexes}
    if table.primary_key is not None:
        found["primary"] = table.primary_key
    name = _found(cursor, table, Kind.CONSTRAINT, found)
    if isinstance(found[name], PrimaryKey):
        table.primary_key = None
    for group in (table.checks, table.foreign_keys, table.indexes):
        if name in group:
            del group[name]
            break


def _drop_column(table: TableDraft, name: str) -> None:
    """Indexes lose the column; one that has no other goes."""
    del table.columns[name]
    for key, index in list(table.indexes.items()):
        parts = tuple(p for p in index.parts if p.column is None or p.column.lower() != name)
        if parts:
            table.indexes[key] = replace(index, parts=parts)
        else:
            del table.indexes[key]


def _rename(cursor: Cursor, state: State, table: TableDraft) -> None:
    if cursor.take("COLUMN"):
        old = _found(cursor, table, Kind.COLUMN, table.columns)
        cursor.expect("TO")
        token = cursor.token
        rename_column(cursor, state, table, old, cursor.name("a column name"), token)
    elif cursor.take_any("INDEX", "KEY"):
        old = _found(cursor, table, Kind.INDEX, table.indexes)
        cursor.expect("TO")
        new = cursor.name("the name of the index")
        index = table.indexes.pop(old)
        table.indexes[new.lower()] = replace(index, name=new, generated_name=False)
    else:
        cursor.take_any("TO", "AS")
        _move(cursor, state, table)


def _move(cursor: Cursor, state: State, table: TableDraft) -> None:
    """The table gets the name that comes next; foreign keys to it follow."""
    name = cursor.qualified("a table")
    key, old = state.key(Kind.TABLE, name), table.key
    if key in state.tables or key in state.objects:
        raise state.duplicate(cursor, key, name.token)
    state.tables = {(key if k == old else k): t for k, t in state.tables.items()}
    table.schema, table.name = key.schema, key.name
    state.places = {_moved(k, old, key): p for k, p in state.places.items()}
    state.places[key] = cursor.place(name.token)
    for other in state.tables.values():
        for child, constraint in other.foreign_keys.items():
            if constraint.references == old:
                other.foreign_keys[child] = replace(constraint, references=key)


def _moved(key: ObjectKey, old: ObjectKey, new: ObjectKey) -> ObjectKey:
    if key.table and (key.schema, key.table) == (old.schema, old.name):
        return replace(key, schema=new.schema, table=new.name)
    return new if key == old else key


def _alter(cursor: Cursor, state: State, table: TableDraft) -> None:
    if cursor.take_any("INDEX", "KEY"):
        name = _found(cursor, table, Kind.INDEX, table.indexes)
        _alter_index(cursor, table, name)
    elif cursor.take_any("CHECK", "CONSTRAINT"):
        name = _found(cursor, table, Kind.CONSTRAINT, table.checks)
        enforced = not cursor.take("NOT")
        cursor.expect("ENFORCED")
        table.checks[name] = replace(table.checks[name], enforced=enforced)
    else:
        cursor.take("COLUMN")
        name = _found(cursor, table, Kind.COLUMN, table.columns)
        it = table.columns[name]
        if cursor.take("DROP", "DEFAULT"):
            table.columns[name] = replace(it, default=None)
        elif cursor.take("SET", "DEFAULT"):
            table.columns[name] = replace(it, default=default_value(cursor, state.database))
        else:
            raise cursor.unexpected("expected SET DEFAULT or DROP DEFAULT")


def _alter_index(cursor: Cursor, table: TableDraft, name: str) -> None:
    word = "VISIBLE" if cursor.take("NOT", "IGNORED") else cursor.take_any("VISIBLE", "INVISIBLE", "IGNORED")
    if word is None:
        raise cursor.unexpected("expected VISIBLE or INVISIBLE")
    index = table.indexes[name]
    options = index.options if isinstance(index.options, IndexOptions) else IndexOptions()
    options = replace(options, invisible=word != "VISIBLE")
    table.indexes[name] = replace(index, options=options if options != IndexOptions() else None)


def _convert(cursor: Cursor, state: State, table: TableDraft) -> None:
    """`CONVERT TO CHARACTER SET x [COLLATE y]`: the table, and each column with a character set of its own."""
    cursor.expect("TO")
    if not charset(cursor):
        raise cursor.unexpected("expected CHARACTER SET")
    name = charset_name(cursor.word_or_string("a character set"))
    collation = collation_name(cursor.word_or_string("a collation")) if cursor.take("COLLATE") else None
    table.options = replace(table.options, charset=name, collation=collation)
    for key, it in table.columns.items():
        options = it.options
        if isinstance(options, ColumnOptions):
            options = replace(options, charset=None, binary=False)
        table.columns[key] = replace(it, collation=None, options=options)


def _partition(cursor: Cursor, state: State, table: TableDraft) -> None:
    """`PARTITION BY ...`, which may stand behind other actions."""
    cursor.i -= 1
    table.options = replace(table.options, partitioning=partitioning(cursor))


def _remove(cursor: Cursor, state: State, table: TableDraft) -> None:
    cursor.expect("PARTITIONING")
    table.options = replace(table.options, partitioning=None)


def _coalesce(cursor: Cursor, state: State, table: TableDraft) -> None:
    cursor.expect("PARTITION")
    coalesce_partition(cursor, table)


def _reorganize(cursor: Cursor, state: State, table: TableDraft) -> None:
    cursor.expect("PARTITION")
    reorganize_partition(cursor, table)


def _nothing(cursor: Cursor, state: State, table: TableDraft) -> None:
    """DISABLE KEYS and ENABLE KEYS of a dump speak of loading, ALGORITHM and LOCK of how to alter."""
    cursor.take("=")
    cursor.next()


_ACTIONS: dict[str, Action] = {
    "ADD": _add,
    "ALGORITHM": _nothing,
    "ALTER": _alter,
    "CHANGE": _change,
    "COALESCE": _coalesce,
    "CONVERT": _convert,
    "DISABLE": _nothing,
    "DROP": _drop,
    "ENABLE": _nothing,
    "LOCK": _nothing,
    "MODIFY": _modify,
    "PARTITION": _partition,
    "REMOVE": _remove,
    "RENAME": _rename,
    "REORGANIZE": _reorganize,
}


def rename_table(cursor: Cursor, state: State) -> None:
    """`RENAME TABLE a TO b, ...`."""
    while True:
        table = state.table(cursor, cursor.qualified("a table"))
        cursor.expect("TO")
        _move(cursor, state, table)
        if not cursor.take(","):
            break
    cursor.end()


def drop_tables(cursor: Cursor, state: State) -> None:
    """`DROP TABLE [IF EXISTS] a, b`. Raises MissingObjectError."""
    forgiving = cursor.take("IF", "EXISTS")
    while True:
        name = cursor.qualified("a table")
        key = state.key(Kind.TABLE, name)
        if key in state.tables:
            del state.tables[key]
            state.places = {k: p for k, p in state.places.items() if k != key and k.parent != key}
        elif not forgiving:
            raise state.missing(cursor, key, name.token)
        if not cursor.take(","):
            break
    cursor.take_any("CASCADE", "RESTRICT")
    cursor.end()


def drop_index(cursor: Cursor, state: State) -> None:
    """`DROP INDEX name ON table`."""
    cursor.take("IF", "EXISTS")
    start = cursor.i
    cursor.name("the name of the index")
    cursor.expect("ON")
    table = state.table(cursor, cursor.qualified("a table"))
    cursor.i = start
    del table.indexes[_found(cursor, table, Kind.INDEX, table.indexes)]
