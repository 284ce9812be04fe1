"""Constraints: their grammar, and the names that the server makes up for those that state none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from schemactl.errors import SqlSyntaxError, UnsupportedError
from schemactl.model import (
    Check,
    Constraint,
    Exclusion,
    Expression,
    ForeignKey,
    IndexPart,
    Kind,
    ObjectKey,
    PrimaryKey,
    Unique,
)
from schemactl_postgres.options import IndexOptions
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.define import Reference, any_operator, find
from schemactl_postgres.read.index import (
    index_options,
    parse_include,
    parse_method,
    parse_nulls_distinct,
    parse_part,
    parse_where,
)
from schemactl_postgres.read.not_null import parse_not_null
from schemactl_postgres.read.parameters import parse_parameters, refuse_tablespace
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import NOWHERE, Token
from schemactl_postgres.sql import quoted

#: The words that begin a constraint of a table.
OPENING = frozenset({"CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN", "EXCLUDE"})
_PENDING = Expression(text="")


@dataclass(slots=True)
class Spec:
    """A constraint as read: `constraint` has no name where none is stated, `span` is a check's expression.

    `labels` are what a generated name is made of; `using_index` is the index that a constraint takes over; `target`
    is where a foreign key names its table.
    """

    constraint: Constraint
    token: Token
    span: tuple[int, int] | None = None
    labels: list[str] = field(default_factory=list)
    using_index: tuple[str, Token] | None = None
    target: Token | None = None


@dataclass(slots=True)
class _Attributes:
    deferrable: bool = False
    initially_deferred: bool = False
    validated: bool = True
    enforced: bool = True
    no_inherit: bool = False


def parse_table_constraint(cursor: Cursor, state: State, table: TableDraft, *, new: bool = False) -> Spec | None:
    """A constraint of a table, or of ALTER TABLE ADD; None for NOT NULL, which is a column's and is done at once."""
    token, name = cursor.token, ""
    if cursor.take("CONSTRAINT"):
        token = cursor.token
        name = cursor.name("a constraint")
    if cursor.take("CHECK"):
        spec = _check(cursor, name, token)
    elif cursor.take("UNIQUE"):
        spec = _unique(cursor, state, table, name, token)
    elif cursor.take("PRIMARY", "KEY"):
        spec = _primary_key(cursor, state, table, name, token)
    elif cursor.take("FOREIGN", "KEY"):
        spec = _foreign_key(cursor, state, table, name, token)
    elif cursor.take("EXCLUDE"):
        spec = _exclusion(cursor, state, table, name, token)
    elif cursor.take("NOT", "NULL"):
        parse_not_null(cursor, state, table, name, new=new)
        return None
    else:
        raise cursor.unexpected("expected a constraint")
    apply_attributes(cursor, spec)
    return spec


def _check(cursor: Cursor, name: str, token: Token) -> Spec:
    return Spec(Check(name=name, expression=_PENDING), token, span=cursor.parenthesised())


def column_check(cursor: Cursor, name: str, token: Token) -> Spec:
    """After CHECK in a column."""
    return _check(cursor, name, token)


def _columns(cursor: Cursor, state: State, table: TableDraft, *, period: bool = False) -> tuple[tuple[str, ...], bool]:
    """`(a, b)`; and whether the last is marked: with PERIOD before it, else with WITHOUT OVERLAPS behind it."""
    seen: list[str] = []
    marked = False

    def one() -> None:
        nonlocal marked
        token = cursor.token
        if marked:
            raise cursor.unexpected("expected )")
        marked = period and cursor.ahead().word not in (",", ")") and cursor.take("PERIOD")
        name = cursor.column_name()
        marked = marked or (not period and cursor.take("WITHOUT", "OVERLAPS"))
        if name not in table.columns:
            raise state.missing(cursor, "column", f"{table.key.path}.{name}", token)
        if name in seen:
            raise cursor.error(SqlSyntaxError, f"the column {name} stands twice in one constraint", token)
        seen.append(name)

    cursor.listed(one)
    if marked and len(seen) < 2:
        raise cursor.error(
            SqlSyntaxError, "a temporal key needs a column beside the range", cursor.tokens[cursor.i - 1]
        )
    return tuple(seen), marked


def _using_index(cursor: Cursor) -> tuple[str, Token] | None:
    if not cursor.take("USING", "INDEX"):
        return None
    token = cursor.token
    return cursor.name("an index"), token


def _unique(cursor: Cursor, state: State, table: TableDraft, name: str, token: Token) -> Spec:
    using = _using_index(cursor)
    if using:
        return Spec(Unique(name=name, columns=()), token, using_index=using)
    not_distinct = parse_nulls_distinct(cursor)
    columns, temporal = _columns(cursor, state, table)
    return _without_overlaps(unique_spec(cursor, state, table, name, token, columns, not_distinct), temporal)


def _without_overlaps(spec: Spec, temporal: bool) -> Spec:
    if temporal and isinstance(spec.constraint, PrimaryKey | Unique):
        spec.constraint = replace(spec.constraint, without_overlaps=True)
    return spec


def unique_spec(
    cursor: Cursor, state: State, table: TableDraft, name: str, token: Token, columns: tuple[str, ...], distinct: bool
) -> Spec:
    """The rest of a UNIQUE constraint whose columns are known."""
    include, options = _index_clauses(cursor, state, table)
    unique = Unique(name=name, columns=columns, include=include, nulls_not_distinct=distinct, options=options)
    return Spec(unique, token, labels=[*columns, *include])


def _primary_key(cursor: Cursor, state: State, table: TableDraft, name: str, token: Token) -> Spec:
    using = _using_index(cursor)
    if using:
        return Spec(PrimaryKey(name=name, columns=()), token, using_index=using)
    columns, temporal = _columns(cursor, state, table)
    return _without_overlaps(primary_key_spec(cursor, state, table, name, token, columns), temporal)


def primary_key_spec(
    cursor: Cursor, state: State, table: TableDraft, name: str, token: Token, columns: tuple[str, ...]
) -> Spec:
    """The rest of a PRIMARY KEY whose columns are known."""
    include, options = _index_clauses(cursor, state, table)
    return Spec(PrimaryKey(name=name, columns=columns, include=include, options=options), token)


def _index_clauses(cursor: Cursor, state: State, table: TableDraft) -> tuple[tuple[str, ...], IndexOptions | None]:
    """INCLUDE and WITH, which primary keys and unique constraints have in common."""
    include = parse_include(cursor, state, table)
    storage = parse_parameters(cursor) if cursor.take("WITH") else ()
    refuse_tablespace(cursor, "USING", "INDEX", "TABLESPACE")
    return include, index_options(False, storage)


def _foreign_key(cursor: Cursor, state: State, table: TableDraft, name: str, token: Token) -> Spec:
    columns, period = _columns(cursor, state, table, period=True)
    cursor.expect("REFERENCES")
    return reference_spec(cursor, state, table, name, token, columns, period=period)


def reference_spec(
    cursor: Cursor,
    state: State,
    table: TableDraft,
    name: str,
    token: Token,
    columns: tuple[str, ...],
    *,
    period: bool = False,
) -> Spec:
    """What follows REFERENCES. The target may be created later: it is looked for when all is read."""
    target = cursor.qualified("a table")
    referenced = _referenced(cursor, period) if cursor.at("(") else ()
    if referenced and len(referenced) != len(columns):
        raise cursor.error(SqlSyntaxError, "a foreign key needs as many referenced columns as its own", target.token)
    foreign = ForeignKey(
        name=name, columns=columns, references=_target_key(state, table, target), referenced_columns=referenced
    )
    foreign = replace(foreign, period=period)
    seen: set[str] = set()
    while True:
        clause = cursor.token
        if cursor.take("MATCH"):
            word, foreign = "MATCH", replace(foreign, match=_match(cursor))
        elif cursor.take("ON", "UPDATE"):
            word, foreign = "UPDATE", replace(foreign, on_update=_action(cursor))
        elif cursor.take("ON", "DELETE"):
            word, foreign = "DELETE", _on_delete(cursor, foreign)
        else:
            return Spec(foreign, token, labels=list(columns), target=target.token)
        if word in seen:
            raise cursor.error(SqlSyntaxError, "this clause is given twice", clause)
        seen.add(word)


def _referenced(cursor: Cursor, period: bool) -> tuple[str, ...]:
    marked = False

    def one() -> str:
        nonlocal marked
        if marked:
            raise cursor.unexpected("expected )")
        marked = cursor.ahead().word not in (",", ")") and cursor.take("PERIOD")
        return cursor.column_name()

    names = tuple(cursor.listed(one))
    if marked != period:
        raise cursor.error(SqlSyntaxError, "PERIOD stands on both sides of a foreign key, or on none")
    return names


def _target_key(state: State, table: TableDraft, target: Name) -> ObjectKey:
    if target.schema is None:
        # The table itself may be the target before it counts as created.
        for schema in state.search_path:
            if (schema, target.name) == (table.schema, table.name):
                return table.key
            key = ObjectKey(kind=Kind.TABLE, schema=schema, name=target.name)
            if key in state.tables:
                return key
    schema = target.schema or (state.search_path[0] if state.search_path else state.default_schema)
    return ObjectKey(kind=Kind.TABLE, schema=schema, name=target.name)


def _match(cursor: Cursor) -> str:
    token = cursor.token
    match = cursor.take_any("SIMPLE", "FULL", "PARTIAL")
    if match is None:
        raise cursor.unexpected("expected SIMPLE or FULL")
    if match == "PARTIAL":
        raise cursor.error(UnsupportedError, "MATCH PARTIAL, which no server implements", token)
    return match


def _action(cursor: Cursor) -> str:
    for words in (("NO", "ACTION"), ("RESTRICT",), ("CASCADE",), ("SET", "NULL"), ("SET", "DEFAULT")):
        if cursor.take(*words):
            return " ".join(words)
    raise cursor.unexpected("expected an action: NO ACTION, RESTRICT, CASCADE, SET NULL or SET DEFAULT")


def _on_delete(cursor: Cursor, foreign: ForeignKey) -> ForeignKey:
    action = _action(cursor)
    token = cursor.token
    columns = cursor.names() if action.startswith("SET") and cursor.at("(") else ()
    if strangers := [c for c in columns if c not in foreign.columns]:
        raise cursor.error(SqlSyntaxError, f"{strangers[0]} is no column of this foreign key", token)
    return replace(foreign, on_delete=action, on_delete_columns=columns)


def _exclusion(cursor: Cursor, state: State, table: TableDraft, name: str, token: Token) -> Spec:
    method = parse_method(cursor)
    labels: list[str] = []
    parts = tuple(cursor.listed(lambda: parse_part(cursor, state, table, method, labels, lambda: _operator(cursor))))
    parts = tuple(_with_own_operator(state, table, part) for part in parts)
    include = parse_include(cursor, state, table)
    storage = parse_parameters(cursor) if cursor.take("WITH") else ()
    refuse_tablespace(cursor, "USING", "INDEX", "TABLESPACE")
    predicate = parse_where(cursor, state, table, parenthesised=True)
    exclusion = Exclusion(
        name=name,
        parts=parts,
        method=method,
        include=include,
        predicate=predicate,
        options=index_options(False, storage),
    )
    return Spec(exclusion, token, labels=[*labels, *include])


def _operator(cursor: Cursor) -> str:
    """Bare where it is the server's own, or stands in no schema."""
    cursor.expect("WITH")
    schema, _, name = any_operator(cursor).rpartition(".")
    return name if schema in ("", "pg_catalog") else f"OPERATOR({schema}.{name})"


def _with_own_operator(state: State, table: TableDraft, part: IndexPart) -> IndexPart:
    """The key with its operator behind its schema where the script has made one for the type of the column."""
    if part.column is None or part.operator is None or part.operator.startswith("OPERATOR("):
        return part
    data = table.columns[part.column].type
    own = find(state, Reference(Kind.OPERATOR, Name(None, part.operator, NOWHERE), (data, data)))
    return part if own is None else replace(part, operator=f"OPERATOR({quoted(own.schema)}.{own.name})")


def apply_attributes(cursor: Cursor, spec: Spec) -> None:
    """DEFERRABLE, INITIALLY ..., NOT VALID, NO INHERIT, ENFORCED after a constraint, in any order."""
    first = cursor.token
    found = _attributes(cursor)
    constraint = spec.constraint
    if isinstance(constraint, Check):
        if found.deferrable or found.initially_deferred:
            raise cursor.error(SqlSyntaxError, "a check cannot be deferrable", first)
        spec.constraint = replace(
            constraint,
            no_inherit=found.no_inherit,
            validated=found.validated and found.enforced,
            enforced=found.enforced,
        )
        return
    if found.no_inherit:
        raise cursor.error(SqlSyntaxError, "NO INHERIT belongs to a check", first)
    if isinstance(constraint, ForeignKey):
        constraint = replace(constraint, validated=found.validated and found.enforced, enforced=found.enforced)
    elif not (found.validated and found.enforced):
        raise cursor.error(SqlSyntaxError, "only checks and foreign keys can be NOT VALID or NOT ENFORCED", first)
    spec.constraint = replace(constraint, deferrable=found.deferrable, initially_deferred=found.initially_deferred)


def _attributes(cursor: Cursor) -> _Attributes:
    found = _Attributes()
    while True:
        if cursor.take("DEFERRABLE"):
            found.deferrable = True
        elif cursor.take("NOT", "DEFERRABLE"):
            found.deferrable = False
        elif cursor.take("INITIALLY", "DEFERRED"):
            found.deferrable = found.initially_deferred = True
        elif cursor.take("INITIALLY", "IMMEDIATE") or cursor.take("ENFORCED"):
            pass
        elif cursor.take("NOT", "VALID"):
            found.validated = False
        elif cursor.take("NO", "INHERIT"):
            found.no_inherit = True
        elif cursor.take("NOT", "ENFORCED"):
            found.enforced = False
        else:
            return found
