"""ALTER TABLE: a list of actions, each one applied to the table as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemactl.errors import SqlSyntaxError, UnsupportedError
from schemactl.model import Check, ForeignKey, Index, Kind, PrimaryKey, Unique
from schemactl_postgres.options import IndexOptions
from schemactl_postgres.read.alter_column import alter_column, drop_not_null
from schemactl_postgres.read.column import build_column, generated_of, parse_column
from schemactl_postgres.read.constraint import OPENING, parse_table_constraint
from schemactl_postgres.read.constraint_add import add_specs
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.depends import is_depends, parse_depends
from schemactl_postgres.read.drop import drop_column
from schemactl_postgres.read.foreign_options import parse_changes, withheld
from schemactl_postgres.read.index import index_options
from schemactl_postgres.read.inherit import follow_columns, give_new
from schemactl_postgres.read.not_null import change_not_null, find_not_null, refuse_taken
from schemactl_postgres.read.parameters import merged, parse_parameter_names, parse_parameters, without
from schemactl_postgres.read.partition import attach, attach_index, detach, inherit, is_child_column, no_inherit
from schemactl_postgres.read.rename import move_table, rename_column, rename_constraint, rename_index
from schemactl_postgres.read.rule import enable_rule
from schemactl_postgres.read.state import INDEXED, State, TableDraft
from schemactl_postgres.read.tokens import Token
from schemactl_postgres.read.trigger import ENABLED, enable_trigger
from schemactl_postgres.read.typed import be_of, be_of_none
from schemactl_postgres.read.view import alter_found_view, find_view

#: Actions that the model cannot hold, by the words that open them.
_REFUSED = (
    ("SET", "TABLESPACE"),
    ("SET", "WITH"),
    ("SPLIT", "PARTITION"),
    ("MERGE", "PARTITIONS"),
)


#: What none of the server's own means for a foreign table, by the words that open it.
_NOT_FOREIGN = (
    ("ATTACH", "PARTITION"),
    ("CLUSTER", "ON"),
    ("DISABLE", "ROW", "LEVEL", "SECURITY"),
    ("ENABLE", "ROW", "LEVEL", "SECURITY"),
    ("FORCE", "ROW", "LEVEL", "SECURITY"),
    ("NO", "FORCE", "ROW", "LEVEL", "SECURITY"),
    ("REPLICA", "IDENTITY"),
    ("RESET",),
    ("SET", "("),
    ("SET", "ACCESS", "METHOD"),
    ("SET", "LOGGED"),
    ("SET", "UNLOGGED"),
)


def alter_foreign_table(cursor: Cursor, state: State) -> None:
    """After the words ALTER FOREIGN TABLE. No error shows a line of it, which may hold a secret."""
    with withheld():
        alter_table(cursor, state, foreign=True)


def alter_table(cursor: Cursor, state: State, *, foreign: bool = False) -> None:
    """After the words ALTER [FOREIGN] TABLE."""
    lenient = cursor.take("IF", "EXISTS")
    only = cursor.take("ONLY")
    name = cursor.qualified("a table")
    cursor.take("*")
    table = state.find_table(name)
    if table is None:
        view = find_view(state, name)
        if view is not None:
            alter_found_view(cursor, state, view)
            return
        if lenient:
            return
        if _is_owner_of_other(cursor, state, name.name):
            return
        raise state.missing(cursor, "table", name)
    if foreign and table.options.foreign is None:
        raise cursor.error(SqlSyntaxError, f"{table.key.path} is no foreign table", name.token, subject=table.key.path)
    before, parts = dict(table.columns), {**table.constraints, **table.indexes}
    while True:
        _action(cursor, state, table)
        if not cursor.take(","):
            break
    cursor.end()
    if not only:
        follow_columns(cursor, state, table, before, name.token)
        for part in [*table.constraints.values(), *table.indexes.values()]:
            if part.name not in parts and state.children(table):
                give_new(cursor, state, table, part, name.token)


def _is_owner_of_other(cursor: Cursor, state: State, name: str) -> bool:
    """ALTER TABLE ... OWNER TO is also said of sequences, as old pg_dumps do."""
    return cursor.at("OWNER", "TO") and any(key.name == name for key in state.sequences)


def _action(cursor: Cursor, state: State, table: TableDraft) -> None:
    if table.options.foreign is not None:
        if cursor.take("OPTIONS"):
            settings = parse_changes(cursor, table.options.foreign.settings)
            table.options = replace(table.options, foreign=replace(table.options.foreign, settings=settings))
            return
        if any(cursor.at(*words) for words in _NOT_FOREIGN):
            raise cursor.error(
                SqlSyntaxError, f"a foreign table knows no {cursor.word} of this kind", subject=table.key.path
            )
    for words, handler in _ACTIONS:
        if cursor.take(*words):
            handler(cursor, state, table)
            if words in _ALONE:
                cursor.end()
            return
    for words in _REFUSED:
        if cursor.at(*words):
            raise cursor.error(
                UnsupportedError,
                f"the action {' '.join(words)} on the table {table.key.path}",
                subject=table.key.path,
                hint="leave this table out of the desired schema, and exclude it from the live one",
            )
    raise cursor.unexpected()


def _add(cursor: Cursor, state: State, table: TableDraft) -> None:
    if cursor.word in OPENING and not (cursor.at("EXCLUDE") and cursor.ahead().word not in ("USING", "(")):
        _add_constraint(cursor, state, table)
        return
    if cursor.at("NOT", "NULL"):
        _add_constraint(cursor, state, table)
        return
    cursor.take("COLUMN")
    lenient = cursor.take("IF", "NOT", "EXISTS")
    if lenient:
        probe = Cursor(cursor.source, cursor.tokens)
        probe.i = cursor.i
        if probe.column_name() in table.columns:
            scratch = TableDraft(schema=table.schema, name=table.name, columns=dict(table.columns))
            parse_column(cursor, state, scratch)
            return
    spec = parse_column(cursor, state, table)
    key = table.child(Kind.COLUMN, spec.name)
    if spec.name in table.columns:
        raise state.duplicate(cursor, key, spec.token)
    table.columns[spec.name] = build_column(cursor, state, table, spec)
    state.places[key] = cursor.place(spec.token)
    generated = generated_of(cursor, state, table, spec)
    if generated is not None:
        table.columns[spec.name] = replace(table.columns[spec.name], generated=generated)
    add_specs(cursor, state, table, spec.constraints, new=False)


def _add_constraint(cursor: Cursor, state: State, table: TableDraft) -> None:
    spec = parse_table_constraint(cursor, state, table)
    if spec is not None:
        add_specs(cursor, state, table, [spec], new=False)


def _drop(cursor: Cursor, state: State, table: TableDraft) -> None:
    cursor.take("COLUMN")
    lenient = cursor.take("IF", "EXISTS")
    token = cursor.token
    name = cursor.column_name()
    cascade = _cascade(cursor)
    if name not in table.columns:
        if lenient:
            return
        raise state.missing(cursor, "column", f"{table.key.path}.{name}", token)
    _refuse_own(cursor, state, table, name, token)
    drop_column(cursor, state, table, name, cascade=cascade, token=token)


def _cascade(cursor: Cursor) -> bool:
    return cursor.take_any("CASCADE", "RESTRICT") == "CASCADE"


def _drop_constraint(cursor: Cursor, state: State, table: TableDraft) -> None:
    lenient = cursor.take("IF", "EXISTS")
    token = cursor.token
    name = cursor.name("a constraint")
    cascade = _cascade(cursor)
    constraint = table.constraints.get(name)
    if constraint is None and (column := find_not_null(table, name)):
        drop_not_null(cursor, table, column, token)
        return
    if constraint is None:
        if lenient:
            return
        raise state.missing(cursor, "constraint", f"{name} on {table.key.path}", token)
    if isinstance(constraint, PrimaryKey | Unique):
        _drop_dependents(cursor, state, table, constraint, cascade)
    state.drop_constraint(table, name)
    # NOT NULL stays behind a dropped primary key.


def _drop_dependents(cursor: Cursor, state: State, table: TableDraft, key: PrimaryKey | Unique, cascade: bool) -> None:
    """A foreign key rests on the unique index over its columns; another equal one could serve, which is rare."""
    primary = table.primary_key
    for other in state.drafts():
        for constraint in list(other.constraints.values()):
            if not isinstance(constraint, ForeignKey) or constraint.references != table.key:
                continue
            referenced = constraint.referenced_columns or (primary.columns if primary else ())
            if set(referenced) != set(key.columns):
                continue
            if not cascade:
                raise cursor.error(
                    SqlSyntaxError,
                    f"the constraint {key.name} cannot be dropped: the foreign key {constraint.name} needs it",
                    hint="drop that first, or say CASCADE",
                )
            state.drop_constraint(other, constraint.name)


def _alter(cursor: Cursor, state: State, table: TableDraft) -> None:
    if cursor.take("CONSTRAINT"):
        _alter_constraint(cursor, state, table)
        return
    cursor.take("COLUMN")
    token = cursor.token
    name = cursor.column_name()
    if name not in table.columns:
        raise state.missing(cursor, "column", f"{table.key.path}.{name}", token)
    alter_column(cursor, state, table, name, token)


def _alter_constraint(cursor: Cursor, state: State, table: TableDraft) -> None:
    token = cursor.token
    name = cursor.name("a constraint")
    constraint = table.constraints.get(name)
    if constraint is None and (column := find_not_null(table, name)):
        inherit = cursor.take_any("INHERIT") or ("NO INHERIT" if cursor.take("NO", "INHERIT") else None)
        if inherit is None:
            raise cursor.unexpected("expected INHERIT or NO INHERIT")
        change_not_null(table, column, no_inherit=inherit != "INHERIT")
        return
    if constraint is None:
        raise state.missing(cursor, "constraint", f"{name} on {table.key.path}", token)
    if not isinstance(constraint, ForeignKey):
        raise cursor.error(UnsupportedError, f"altering {name}, which is no foreign key", token, subject=table.key.path)
    start = cursor.i
    while not cursor.done and not cursor.at(","):
        if cursor.take("DEFERRABLE"):
            constraint = replace(constraint, deferrable=True)
        elif cursor.take("NOT", "DEFERRABLE"):
            constraint = replace(constraint, deferrable=False, initially_deferred=False)
        elif cursor.take("INITIALLY", "DEFERRED"):
            constraint = replace(constraint, deferrable=True, initially_deferred=True)
        elif cursor.take("INITIALLY", "IMMEDIATE"):
            constraint = replace(constraint, initially_deferred=False)
        elif cursor.take("ENFORCED"):
            constraint = replace(constraint, enforced=True, validated=True)
        elif cursor.take("NOT", "ENFORCED"):
            constraint = replace(constraint, enforced=False, validated=False)
        else:
            raise cursor.unexpected()
    if cursor.i == start:
        raise cursor.unexpected("expected DEFERRABLE or NOT DEFERRABLE")
    table.constraints[name] = constraint


def _validate(cursor: Cursor, state: State, table: TableDraft) -> None:
    token = cursor.token
    name = cursor.name("a constraint")
    constraint = table.constraints.get(name)
    if constraint is None and (column := find_not_null(table, name)):
        change_not_null(table, column, validated=True)
        return
    if constraint is None:
        raise state.missing(cursor, "constraint", f"{name} on {table.key.path}", token)
    if isinstance(constraint, Check | ForeignKey):
        table.constraints[name] = replace(constraint, validated=True)


def _rename_table(cursor: Cursor, state: State, table: TableDraft) -> None:
    token = cursor.token
    move_table(cursor, state, table, table.schema, cursor.name("a table"), token)


def _rename_constraint(cursor: Cursor, state: State, table: TableDraft) -> None:
    token = cursor.token
    old = cursor.name("a constraint")
    column = None if old in table.constraints else find_not_null(table, old)
    if old not in table.constraints and column is None:
        raise state.missing(cursor, "constraint", f"{old} on {table.key.path}", token)
    cursor.expect("TO")
    token = cursor.token
    if column is not None:
        new = cursor.name("a constraint")
        refuse_taken(cursor, state, table, new, token)
        change_not_null(table, column, name=new, generated_name=False)
        return
    rename_constraint(cursor, state, table, old, cursor.name("a constraint"), token)


def _rename_column(cursor: Cursor, state: State, table: TableDraft) -> None:
    cursor.take("COLUMN")
    token = cursor.token
    old = cursor.column_name()
    if old not in table.columns:
        raise state.missing(cursor, "column", f"{table.key.path}.{old}", token)
    _refuse_own(cursor, state, table, old, token)
    cursor.expect("TO")
    token = cursor.token
    new = cursor.column_name()
    tables = [table]
    for found in tables:
        rename_column(cursor, state, found, old, new, token)
        tables += state.children(found)


def _set_schema(cursor: Cursor, state: State, table: TableDraft) -> None:
    token = cursor.token
    schema = cursor.name("a schema")
    if schema != table.schema:
        move_table(cursor, state, table, schema, table.name, token)


def _owner(cursor: Cursor, state: State, table: TableDraft) -> None:
    cursor.name("a role", label=True)


def _set_parameters(cursor: Cursor, state: State, table: TableDraft) -> None:
    cursor.i -= 1
    storage = merged(table.options.storage, parse_parameters(cursor))
    table.options = replace(table.options, storage=storage)


def _reset_parameters(cursor: Cursor, state: State, table: TableDraft) -> None:
    storage = without(table.options.storage, parse_parameter_names(cursor))
    table.options = replace(table.options, storage=storage)


def _set_access_method(cursor: Cursor, state: State, table: TableDraft) -> None:
    method = None if cursor.take("DEFAULT") else cursor.name("an access method")
    table.options = replace(table.options, access_method=None if method == "heap" else method)


def _set_logged(unlogged: bool) -> Callable[[Cursor, State, TableDraft], None]:
    def handler(cursor: Cursor, state: State, table: TableDraft) -> None:
        table.options = replace(table.options, unlogged=unlogged)
        for key, sequence in state.sequences.items():
            if sequence.owned_by is not None and sequence.owned_by.parent == table.key:
                state.sequences[key] = replace(sequence, unlogged=unlogged)

    return handler


def _row_security(on: bool) -> Callable[[Cursor, State, TableDraft], None]:
    def handler(cursor: Cursor, state: State, table: TableDraft) -> None:
        table.options = replace(table.options, row_security=on)

    return handler


def _forced_row_security(on: bool) -> Callable[[Cursor, State, TableDraft], None]:
    def handler(cursor: Cursor, state: State, table: TableDraft) -> None:
        table.options = replace(table.options, force_row_security=on)

    return handler


def _replica_identity(cursor: Cursor, state: State, table: TableDraft) -> None:
    if cursor.take("USING", "INDEX"):
        table.options = replace(table.options, replica_identity=_index_name(cursor, state, table))
        return
    word = cursor.take_any("DEFAULT", "NOTHING", "FULL")
    if word is None:
        raise cursor.unexpected("expected DEFAULT, NOTHING, FULL or USING INDEX")
    table.options = replace(table.options, replica_identity=word[0].lower())


def _cluster_on(cursor: Cursor, state: State, table: TableDraft) -> None:
    table.options = replace(table.options, clustered_on=_index_name(cursor, state, table))


def _without_cluster(cursor: Cursor, state: State, table: TableDraft) -> None:
    table.options = replace(table.options, clustered_on=None)


def _index_name(cursor: Cursor, state: State, table: TableDraft) -> str:
    token = cursor.token
    name = cursor.name("an index")
    constraint = table.constraints.get(name)
    if name not in table.indexes and not isinstance(constraint, INDEXED) and name not in table.inherited:
        raise state.missing(cursor, "index", f"{name} on {table.key.path}", token)
    return name


def _refuse_own(cursor: Cursor, state: State, table: TableDraft, column: str, token: Token) -> None:
    parent = is_child_column(state, table, column)
    if parent is not None:
        raise cursor.error(
            SqlSyntaxError, f"the column {column} of {table.key.path} comes from {parent.parent}: alter it there", token
        )


def _enable_trigger(mark: str) -> Callable[[Cursor, State, TableDraft], None]:
    return lambda cursor, state, table: enable_trigger(cursor, state, table.key, mark)


def _enable_rule(mark: str) -> Callable[[Cursor, State, TableDraft], None]:
    return lambda cursor, state, table: enable_rule(cursor, state, table.key, mark)


_ACTIONS: tuple[tuple[tuple[str, ...], Callable[[Cursor, State, TableDraft], None]], ...] = (
    (("ADD",), _add),
    (("ATTACH", "PARTITION"), attach),
    (("DETACH", "PARTITION"), detach),
    (("DROP", "CONSTRAINT"), _drop_constraint),
    (("DROP",), _drop),
    (("ALTER",), _alter),
    (("VALIDATE", "CONSTRAINT"), _validate),
    (("RENAME", "TO"), _rename_table),
    (("RENAME", "CONSTRAINT"), _rename_constraint),
    (("RENAME",), _rename_column),
    (("SET", "SCHEMA"), _set_schema),
    (("INHERIT",), inherit),
    (("NO", "INHERIT"), no_inherit),
    (("OF",), be_of),
    (("NOT", "OF"), be_of_none),
    (("OWNER", "TO"), _owner),
    (("SET", "("), _set_parameters),
    (("RESET",), _reset_parameters),
    (("SET", "ACCESS", "METHOD"), _set_access_method),
    (("SET", "LOGGED"), _set_logged(False)),
    (("SET", "UNLOGGED"), _set_logged(True)),
    (("SET", "WITHOUT", "OIDS"), lambda cursor, state, table: None),
    (("SET", "WITHOUT", "CLUSTER"), _without_cluster),
    (("REPLICA", "IDENTITY"), _replica_identity),
    (("CLUSTER", "ON"), _cluster_on),
    (("ENABLE", "ROW", "LEVEL", "SECURITY"), _row_security(True)),
    (("DISABLE", "ROW", "LEVEL", "SECURITY"), _row_security(False)),
    *(((*words, "RULE"), _enable_rule(mark)) for words, mark in ENABLED),
    *(((*words, "TRIGGER"), _enable_trigger(mark)) for words, mark in ENABLED),
    (("FORCE", "ROW", "LEVEL", "SECURITY"), _forced_row_security(True)),
    (("NO", "FORCE", "ROW", "LEVEL", "SECURITY"), _forced_row_security(False)),
)


#: These stand in a statement of their own.
_ALONE = frozenset(
    {("RENAME", "TO"), ("RENAME", "CONSTRAINT"), ("RENAME",), ("SET", "SCHEMA")},
)


def alter_index(cursor: Cursor, state: State) -> None:
    """After the words ALTER INDEX."""
    lenient = cursor.take("IF", "EXISTS")
    name = cursor.qualified("an index")
    found = state.find_index(name)
    if found is None:
        if lenient:
            return
        raise state.missing(cursor, "index", name)
    table, index = found
    if cursor.take("RENAME", "TO"):
        token = cursor.token
        rename_index(cursor, state, table, index, cursor.name("an index"), token)
    elif cursor.at("SET", "(") or cursor.at("RESET"):
        _index_parameters(cursor, table, index)
    elif cursor.take("ATTACH", "PARTITION"):
        attach_index(cursor, state, table, index)
    elif cursor.take("ALTER"):
        options = _own_options(cursor, table, index)
        _set_options(table, index, replace(options, statistics=_part_statistics(cursor, options, table.indexes[index])))
    elif is_depends(cursor):
        options = _own_options(cursor, table, index)
        _set_options(table, index, replace(options, extensions=parse_depends(cursor, state, options.extensions)))
    elif cursor.at("SET", "TABLESPACE"):
        raise cursor.error(UnsupportedError, f"the action {cursor.word} on the index {name}", subject=str(name))
    else:
        raise cursor.unexpected()
    cursor.end()


def _own_options(cursor: Cursor, table: TableDraft, name: str) -> IndexOptions:
    """The options of an index that is neither a constraint's nor the parent's. Raises UnsupportedError."""
    index = table.indexes.get(name)
    if index is None:
        raise cursor.error(
            UnsupportedError, f"this action on the index {name}, which is no index of its own", subject=table.key.path
        )
    return index.options if isinstance(index.options, IndexOptions) else IndexOptions()


def _set_options(table: TableDraft, name: str, options: IndexOptions) -> None:
    found = None if options == IndexOptions() else options
    table.indexes[name] = replace(table.indexes[name], options=found)


def _part_statistics(cursor: Cursor, options: IndexOptions, index: Index) -> tuple[tuple[int, int], ...]:
    """After the word ALTER: [COLUMN] number SET STATISTICS target."""
    cursor.take("COLUMN")
    token = cursor.token
    number = cursor.integer()
    if not 1 <= number <= len(index.parts):
        raise cursor.error(SqlSyntaxError, f"the index {index.name} has no part {number}", token)
    cursor.expect("SET", "STATISTICS")
    target = -1 if cursor.take("DEFAULT") else cursor.integer()
    targets = dict(options.statistics)
    targets.pop(number, None)
    return tuple(sorted(targets.items() if target < 0 else {**targets, number: min(target, 10_000)}.items()))


def _index_parameters(cursor: Cursor, table: TableDraft, name: str) -> None:
    index, constraint = table.indexes.get(name), table.constraints.get(name)
    options = index.options if index else getattr(constraint, "options", None)
    old = getattr(options, "storage", ())
    if cursor.take("SET"):
        storage = merged(old, parse_parameters(cursor))
    else:
        cursor.expect("RESET")
        storage = without(old, parse_parameter_names(cursor))
    if index is not None:
        _set_options(table, name, replace(_own_options(cursor, table, name), storage=storage))
    elif isinstance(constraint, INDEXED):
        table.constraints[name] = replace(constraint, options=index_options(False, storage))
