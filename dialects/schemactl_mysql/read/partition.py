"""PARTITION BY, as a person writes it and as the server prints it."""

from __future__ import annotations

from schemactl.errors import DuplicateObjectError, SqlSyntaxError
from schemactl.model import Expression
from schemactl_mysql.options import Partition, Partitioning, PartitionMethod
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.expressions import default_value, expression, in_parentheses
from schemactl_mysql.sql import literal, quoted

#: Options of a partition: how many words name it, and what sort its value is of.
_OPTIONS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("COMMENT",), "string"),
    (("DATA", "DIRECTORY"), "string"),
    (("INDEX", "DIRECTORY"), "string"),
    (("MAX_ROWS",), "number"),
    (("MIN_ROWS",), "number"),
    (("NODEGROUP",), "number"),
    (("TABLESPACE",), "name"),
)


def partitioning(cursor: Cursor) -> Partitioning:
    """Read `PARTITION BY ...` with its partitions. Raises SourceError."""
    cursor.expect("PARTITION", "BY")
    by = _method(cursor)
    count = _count(cursor, "PARTITIONS")
    sub_by, sub_count = None, None
    if cursor.take("SUBPARTITION", "BY"):
        sub_by = _method(cursor)
        sub_count = _count(cursor, "SUBPARTITIONS")
    token = cursor.token
    partitions = definitions(cursor) if cursor.at("(") else ()
    if partitions and count not in (None, len(partitions)):
        raise cursor.error(SqlSyntaxError, f"{count} partitions are said, and {len(partitions)} defined", token)
    return Partitioning(
        by=by, partitions=partitions, count=None if partitions else count, sub_by=sub_by, sub_count=sub_count
    )


def _count(cursor: Cursor, word: str) -> int | None:
    return cursor.integer() if cursor.take(word) else None


def _method(cursor: Cursor) -> PartitionMethod:
    linear = "LINEAR " if cursor.take("LINEAR") else ""
    word = cursor.take_any("HASH", "KEY") if linear else cursor.take_any("RANGE", "LIST", "HASH", "KEY", "SYSTEM_TIME")
    match word:
        case "HASH":
            return PartitionMethod(kind=f"{linear}HASH", expression=in_parentheses(cursor))
        case "KEY":
            algorithm = None
            if cursor.take("ALGORITHM"):
                cursor.take("=")
                algorithm = cursor.integer()
            columns = _columns(cursor)
            return PartitionMethod(
                kind=f"{linear}KEY", columns=columns, algorithm=None if algorithm == 2 else algorithm
            )
        case "RANGE" | "LIST" if cursor.take("COLUMNS"):
            return PartitionMethod(kind=f"{word} COLUMNS", columns=_columns(cursor))
        case "RANGE" | "LIST":
            return PartitionMethod(kind=word, expression=in_parentheses(cursor))
        case "SYSTEM_TIME":
            return _system_time(cursor)
    raise cursor.unexpected("expected RANGE, LIST, HASH or KEY")


def _columns(cursor: Cursor) -> tuple[str, ...]:
    """`(a, b)`, or `()`."""
    if cursor.at("(") and cursor.ahead().word == ")":
        cursor.i += 2
        return ()
    return cursor.names()


def _system_time(cursor: Cursor) -> PartitionMethod:
    interval, limit, starts = None, None, None
    if cursor.take("INTERVAL"):
        first = cursor.i
        if cursor.at("("):
            in_parentheses(cursor)
        else:
            cursor.next()
        interval = f"{cursor.text(first, cursor.i)} {cursor.next().word}"
        starts = Expression(text="", canonical="")
        if cursor.take("STARTS"):
            starts = default_value(cursor)
    elif cursor.take("LIMIT"):
        limit = cursor.integer()
    return PartitionMethod(kind="SYSTEM_TIME", interval=interval, limit=limit, starts=starts, auto=cursor.take("AUTO"))


def definitions(cursor: Cursor) -> tuple[Partition, ...]:
    """`(PARTITION name ..., ...)`. Raises DuplicateObjectError where two have one name."""
    found = _named(cursor, "PARTITION")
    subs = [s for p in found for s in p.subpartitions]
    for group in (found, subs):
        names = [p.name.lower() for p in group]
        twice = next((n for n in names if names.count(n) > 1), None)
        if twice is not None:
            raise cursor.error(DuplicateObjectError, f"partition {twice} is defined twice", subject=twice)
    return found


def _named(cursor: Cursor, word: str) -> tuple[Partition, ...]:
    return tuple(cursor.listed(lambda: _partition(cursor, word)))


def _partition(cursor: Cursor, word: str) -> Partition:
    cursor.expect(word)
    name = cursor.name("the name of a partition")
    values: tuple[tuple[Expression, ...], ...] = ()
    role = cursor.take_any("HISTORY", "CURRENT", "DEFAULT") or None
    if cursor.take("VALUES", "LESS", "THAN"):
        values = ((expression("MAXVALUE"),),) if cursor.take("MAXVALUE") else (_row(cursor),)
    elif cursor.take("VALUES", "IN"):
        if cursor.at("(") and cursor.ahead().word == "DEFAULT":
            cursor.i += 2
            cursor.expect(")")
            role = "DEFAULT"
        else:
            values = tuple(cursor.listed(lambda: _listed(cursor)))
    engine, other = _options(cursor)
    subpartitions = _named(cursor, "SUBPARTITION") if cursor.at("(") else ()
    return Partition(name=name, values=values, role=role, engine=engine, other=other, subpartitions=subpartitions)


def _row(cursor: Cursor) -> tuple[Expression, ...]:
    return tuple(cursor.listed(lambda: _value(cursor)))


def _listed(cursor: Cursor) -> tuple[Expression, ...]:
    """One of what VALUES IN lists: a value, or several in parentheses."""
    first = cursor.i
    if cursor.at("("):
        cursor.parenthesised()
        alone = cursor.word in (",", ")")
        cursor.i = first
        if alone:
            return _row(cursor)
    return (_value(cursor),)


def _value(cursor: Cursor) -> Expression:
    """An expression, up to the comma or the parenthesis behind it."""
    first, depth = cursor.i, 0
    while depth or cursor.word not in (",", ")"):
        if cursor.done:
            raise cursor.unexpected("expected a value")
        depth += {"(": 1, ")": -1}.get(cursor.word, 0)
        cursor.i += 1
    if cursor.i == first:
        raise cursor.unexpected("expected a value")
    return expression(cursor.text(first, cursor.i))


def _options(cursor: Cursor) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    engine: str | None = None
    other: dict[str, str] = {}
    while True:
        if cursor.take("STORAGE", "ENGINE") or cursor.take("ENGINE"):
            cursor.take("=")
            engine = cursor.word_or_string("an engine")
            continue
        found = next(((words, sort) for words, sort in _OPTIONS if cursor.take(*words)), None)
        if found is None:
            return engine, tuple(sorted((n, v) for n, v in other.items() if v not in ("''", "0")))
        words, sort = found
        cursor.take("=")
        match sort:
            case "string":
                value = literal(cursor.string())
            case "number":
                value = str(cursor.integer())
            case _:
                value = quoted(cursor.name("the name of a tablespace"))
        other[" ".join(words)] = value
