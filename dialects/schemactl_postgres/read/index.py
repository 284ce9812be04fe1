"""CREATE INDEX, and the keys that exclusion constraints have in common with it."""

from __future__ import annotations

from collections.abc import Callable

from schemactl.errors import SqlSyntaxError
from schemactl.model import Expression, Index, IndexPart, Kind
from schemactl_postgres import types
from schemactl_postgres.canonical.syntax import parse
from schemactl_postgres.canonical.tree import Collate
from schemactl_postgres.names import distinct_columns, joined_columns
from schemactl_postgres.opclasses import default_opclass, is_some_default
from schemactl_postgres.options import IndexOptions, PartOptions, Storage
from schemactl_postgres.read.collation import parse_collation
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.define import Reference, find, qualified_name
from schemactl_postgres.read.expressions import column_names, expression
from schemactl_postgres.read.inherit import give_new
from schemactl_postgres.read.labels import bare, expression_label
from schemactl_postgres.read.parameters import parse_parameters, refuse_tablespace
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Sort
from schemactl_postgres.sql import quoted

#: Methods whose keys have an order.
_ORDERED = frozenset({"btree"})


def create_index(cursor: Cursor, state: State, *, unique: bool) -> None:
    """After the words CREATE [UNIQUE] INDEX."""
    cursor.take("CONCURRENTLY")
    lenient = cursor.take("IF", "NOT", "EXISTS")
    token = cursor.token
    name = None if cursor.at("ON") else cursor.name("an index")
    if cursor.at("."):
        raise cursor.unexpected("an index is in the schema of its table, so its name takes none")
    cursor.expect("ON")
    only = cursor.take("ONLY")
    target = cursor.qualified("a table")
    table = state.indexable(target, cursor)
    if table.options.foreign is not None:
        raise cursor.error(SqlSyntaxError, "a foreign table has no indexes", target.token, subject=table.key.path)
    if name is not None and lenient and (table.schema, name) in state.relations:
        return
    index, labels = _definition(cursor, state, table, unique)
    cursor.end()
    stated = name is not None
    if name is None:
        name = state.relation_name(table.schema, table.name, joined_columns(labels), "idx", constraint=False)
        token = target.token
    made = Index(name=name, generated_name=not stated, unique=unique, **index)  # type: ignore[arg-type]
    state.add_index(table, made, cursor, token)
    if not only:
        give_new(cursor, state, table, made, token)


def _definition(cursor: Cursor, state: State, table: TableDraft, unique: bool) -> tuple[dict[str, object], list[str]]:
    method = parse_method(cursor)
    labels: list[str] = []
    parts = tuple(cursor.listed(lambda: parse_part(cursor, state, table, method, labels)))
    include = parse_include(cursor, state, table)
    labels.extend(include)
    not_distinct = parse_nulls_distinct(cursor)
    storage = parse_parameters(cursor) if cursor.take("WITH") else ()
    refuse_tablespace(cursor, "TABLESPACE")
    predicate = parse_where(cursor, state, table)
    options = index_options(not_distinct, storage)
    fields: dict[str, object] = {
        "parts": parts,
        "method": method,
        "include": include,
        "predicate": predicate,
        "options": options,
    }
    return fields, distinct_columns(labels)


def parse_method(cursor: Cursor) -> str:
    if not cursor.take("USING"):
        return "btree"
    method = cursor.name("an index method")
    # "rtree" has long been gone; the server still takes it for gist.
    return "gist" if method == "rtree" else method


def parse_include(cursor: Cursor, state: State, table: TableDraft) -> tuple[str, ...]:
    return tuple(cursor.listed(lambda: known_column(cursor, state, table))) if cursor.take("INCLUDE") else ()


def parse_nulls_distinct(cursor: Cursor) -> bool:
    """NULLS [NOT] DISTINCT: whether two nulls are taken for the same."""
    if cursor.take("NULLS", "NOT", "DISTINCT"):
        return True
    cursor.take("NULLS", "DISTINCT")
    return False


def parse_where(cursor: Cursor, state: State, table: TableDraft, *, parenthesised: bool = False) -> Expression | None:
    if not cursor.take("WHERE"):
        return None
    if parenthesised:
        return expression(cursor, cursor.parenthesised(), state, table)
    first = cursor.i
    while not cursor.done:
        if cursor.word == "(":
            cursor.parenthesised()
        else:
            cursor.i += 1
    if cursor.i == first:
        raise cursor.unexpected("expected an expression")
    return expression(cursor, (first, cursor.i), state, table)


def index_options(nulls_not_distinct: bool, storage: Storage) -> IndexOptions | None:
    if not nulls_not_distinct and not storage:
        return None
    return IndexOptions(nulls_not_distinct=nulls_not_distinct, storage=storage)


def known_column(cursor: Cursor, state: State, table: TableDraft) -> str:
    token = cursor.token
    name = cursor.column_name()
    if name not in table.columns:
        raise state.missing(cursor, "column", f"{table.key.path}.{name}", token)
    return name


def parse_part(
    cursor: Cursor,
    state: State,
    table: TableDraft,
    method: str,
    labels: list[str],
    operator: Callable[[], str] | None = None,
) -> IndexPart:
    """One key. Appends to `labels` what the server calls it in a generated name."""
    column, text, collation = _subject(cursor, state, table, labels)
    if cursor.take("COLLATE"):
        collation = parse_collation(cursor, state)
        if collation is None and column is not None and table.columns[column].collation:
            collation = '"default"'
    if column is not None and collation == table.columns[column].collation:
        collation = None
    options = _operator_class(cursor, state, table, method, column)
    token = cursor.token
    descending = cursor.take("DESC")
    if not descending:
        cursor.take("ASC")
    nulls_first = descending
    if cursor.take("NULLS"):
        if cursor.take("FIRST"):
            nulls_first = True
        else:
            cursor.expect("LAST")
            nulls_first = False
    if (descending or nulls_first) and method not in _ORDERED:
        raise cursor.error(SqlSyntaxError, f"an index of method {method} has no order", token)
    return IndexPart(
        column=column,
        expression=text,
        collation=collation,
        descending=descending,
        nulls_first=nulls_first,
        operator=operator() if operator else None,
        options=options,
    )


_Subject = tuple[str | None, Expression | None, str | None]


def _subject(cursor: Cursor, state: State, table: TableDraft, labels: list[str]) -> _Subject:
    """A column or an expression, exactly one of the two, and the collation said within its parentheses."""
    first = cursor.i
    if cursor.word == "(":
        span = cursor.parenthesised()
        labels.append(expression_label(cursor, span, state))
        return _within_parentheses(cursor, span, state, table)
    if cursor.token.sort in (Sort.WORD, Sort.QUOTED) and cursor.ahead().word in ("(", "."):
        while not cursor.at("("):
            cursor.next()
        cursor.parenthesised()
        span = (first, cursor.i)
        labels.append(expression_label(cursor, span, state))
        return None, expression(cursor, span, state, table), None
    name = known_column(cursor, state, table)
    labels.append(name)
    return name, None, None


def _within_parentheses(cursor: Cursor, span: tuple[int, int], state: State, table: TableDraft) -> _Subject:
    """`(a)` is the column a, and `(a COLLATE "C")` is `a COLLATE "C"`: the server takes both to be the same."""
    first, last = bare(cursor, span)
    named = column_names(cursor.source, cursor.tokens[first : first + 1], table.columns)
    if named and last - first == 1:
        return named[0], None, None
    mark = _collated(cursor, first, last)
    if mark is not None:
        reader = Cursor(cursor.source, cursor.tokens)
        reader.i = mark + 1
        collation = parse_collation(reader, state)
        column, text, _ = _within_parentheses(cursor, (first, mark), state, table)
        return column, text, collation
    return None, expression(cursor, (first, last), state, table), None


def _collated(cursor: Cursor, first: int, last: int) -> int | None:
    """The number of the COLLATE that is said of a whole expression: it binds tighter than most operators."""
    mark = next((i for i in range(last - 1, first, -1) if cursor.tokens[i].word == "COLLATE"), None)
    return mark if mark is not None and isinstance(parse(cursor.text(first, last)), Collate) else None


def _operator_class(
    cursor: Cursor, state: State, table: TableDraft, method: str, column: str | None
) -> PartOptions | None:
    token = cursor.token
    if token.sort not in (Sort.WORD, Sort.QUOTED) or token.word in ("ASC", "DESC", "NULLS", "WITH"):
        return None
    name = cursor.qualified("an operator class")
    parameters = parse_parameters(cursor) if cursor.at("(") else ()
    opclass: str | None = quoted(name.name)
    own = find(state, Reference(Kind.OPERATOR_CLASS, name, method=method))
    if own is not None:
        data = table.columns[column].type if column is not None else None
        default = own.get("default") is not None and data is not None and data.text == own.types[0].text
        opclass = None if default and not parameters else qualified_name(own)
    elif name.schema not in (None, "pg_catalog"):
        opclass = f"{quoted(name.schema or '')}.{opclass}"
    elif not parameters and _is_default(table, method, column, name.name):
        opclass = None  # parameters need the name before them, so then it is kept
    return PartOptions(opclass=opclass, parameters=parameters) if opclass else None


def _is_default(table: TableDraft, method: str, column: str | None, opclass: str) -> bool:
    if column is None or table.columns[column].type.text == "unknown":
        return is_some_default(method, opclass)
    data = table.columns[column].type
    if data.text.endswith("[]"):
        kind: str | None = "[]"
    else:
        kind = types.internal(data.text) or ("enum" if data.uses and data.uses.kind is Kind.TYPE else None)
    return kind is not None and default_opclass(method, kind) == opclass
