"""Views over tables and over each other, and materialized views with indexes."""

from __future__ import annotations

from collections.abc import Callable

from tests.pairs.pieces import Draft, Drawn, Slot
from tests.pairs.postgres.slots import indexes
from tests.pairs.postgres.slots.kinds import EXPRESSIONS, Kind, called
from tests.pairs.postgres.slots.tables import Column, Relation, columns_of, condition, ordered
from tests.pairs.postgres.slots.types import name_of

VIEWS = ("public.v1", "public.v2", "app.v1", "public.v3")
BIGINT, TEXT, ANY = Kind("bigint", "int", ()), Kind("text", "text", ()), Kind("?", "unordered", ())

Query = tuple[str, list[tuple[str, Kind]]]
"""The text of a query, and the names and types of its columns; what is not known exactly is ANY."""


def _source(draft: Draft) -> tuple[str, list[Column]] | None:
    """A relation to read, with its columns, which are needed as they are."""
    found = [r.path for r in draft.infos(Relation) if columns_of(draft, r.path)]
    if not found:
        return None
    path = draft.pick(found)
    draft.need(f"relation {path}")
    return path, columns_of(draft, path)


def _plain(draft: Draft) -> Query | None:
    if (source := _source(draft)) is None:
        return None
    path, columns = source
    chosen = draft.some(columns, 60) or columns[:1]
    parts, made = [], []
    for column in chosen:
        draft.need(column.word)
        if draft.chance(8) and (call := called(draft, column.kind.text, "")):
            parts.append(f"{call[0].format(c=column.name)} AS {column.name}")
            made.append((column.name, ANY))
        elif column.kind.family in EXPRESSIONS and draft.chance(20):
            text, result = draft.pick(EXPRESSIONS[column.kind.family])
            parts.append(f"{text.format(c=column.name)} AS {column.name}")
            made.append((column.name, TEXT if result == "text" else ANY))
        elif draft.chance(10):
            parts.append(f"{column.name} AS renamed_{column.name.strip(chr(34))}")
            made.append((f"renamed_{column.name.strip(chr(34))}", column.kind))
        else:
            parts.append(column.name)
            made.append((column.name, column.kind))
    text = f"SELECT {', '.join(parts)} FROM {path}"
    if draft.chance(35):
        text += f" WHERE {condition(draft, path)}"
    return text, made


def _star(draft: Draft) -> Query | None:
    if (source := _source(draft)) is None:
        return None
    path, columns = source
    draft.need(*(c.word for c in columns))
    listed = ", ".join(f"r.{c.name}" for c in columns)
    return f"SELECT {listed} FROM {path} AS r", [(c.name, c.kind) for c in columns]


def _join(draft: Draft) -> Query | None:
    one, other = _source(draft), _source(draft)
    if one is None or other is None:
        return None
    left, right = draft.pick(one[1]), draft.pick(other[1])
    draft.need(left.word, right.word)
    ints = [c for c in one[1] if c.kind.family == "int"], [c for c in other[1] if c.kind.family == "int"]
    on = "true"
    if all(ints):
        x, y = draft.pick(ints[0]), draft.pick(ints[1])
        draft.need(x.word, y.word)
        on = f"l.{x.name} = r.{y.name}"
    how = draft.pick(("JOIN", "LEFT JOIN", "FULL JOIN"))
    how = "JOIN" if on == "true" else how
    return (
        f"SELECT l.{left.name} AS one, r.{right.name} AS other FROM {one[0]} l {how} {other[0]} r ON {on}",
        [("one", left.kind), ("other", right.kind)],
    )


def _grouped(draft: Draft) -> Query | None:
    if (source := _source(draft)) is None:
        return None
    columns = ordered(source[1])
    if not columns:
        return None
    by = draft.pick(columns)
    draft.need(by.word)
    n = "n" if by.name != "n" else "m"
    having = draft.maybe(30, " HAVING count(*) > 1")
    return f"SELECT {by.name}, count(*) AS {n} FROM {source[0]} GROUP BY {by.name}{having}", [
        (by.name, by.kind),
        (n, BIGINT),
    ]


def _union(draft: Draft) -> Query | None:
    one, other = _source(draft), _source(draft)
    if one is None or other is None:
        return None
    pairs = [(a, b) for a in ordered(one[1]) for b in ordered(other[1]) if a.kind == b.kind]
    if not pairs:
        return None
    a, b = draft.pick(pairs)
    draft.need(a.word, b.word)
    word = draft.pick(("UNION", "UNION ALL", "EXCEPT"))
    return f"SELECT {a.name} AS x FROM {one[0]} {word} SELECT {b.name} FROM {other[0]}", [("x", a.kind)]


def _with(draft: Draft) -> Query | None:
    if (query := _plain(draft)) is None:
        return None
    text, columns = query
    return f"WITH w AS ({text}) SELECT w.* FROM w", columns


def _exists(draft: Draft) -> Query | None:
    one, other = _source(draft), _source(draft)
    if one is None or other is None:
        return None
    column = draft.pick(one[1])
    draft.need(column.word)
    return f"SELECT x.{column.name} FROM {one[0]} x WHERE EXISTS (SELECT FROM {other[0]})", [(column.name, column.kind)]


def _window(draft: Draft) -> Query | None:
    if (source := _source(draft)) is None:
        return None
    columns = ordered(source[1])
    if not columns:
        return None
    column = draft.pick(columns)
    draft.need(column.word)
    n = "n" if column.name != "n" else "m"
    window = f"PARTITION BY {column.name} ORDER BY {column.name} DESC"
    return (
        f"SELECT {column.name}, row_number() OVER ({window}) AS {n} FROM {source[0]}",
        [(column.name, column.kind), (n, BIGINT)],
    )


_QUERIES: dict[str, Callable[[Draft], Query | None]] = {
    "plain": _plain,
    "plain again": _plain,
    "star": _star,
    "join": _join,
    "grouped": _grouped,
    "union": _union,
    "with": _with,
    "exists": _exists,
    "window": _window,
}


def _query(draft: Draft) -> Query | None:
    return _QUERIES[draft.pick(_QUERIES)](draft)


def _info(path: str, sort: str, made: list[tuple[str, Kind]]) -> tuple[tuple[object, ...], list[str]]:
    columns = [Column(path, name, found) for name, found in made]
    return (Relation(path, sort), *columns), [f"relation {path}", f"name {path}", *(c.word for c in columns)]


def _view(path: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        name_of(draft, path)
        if (query := _query(draft)) is None:
            return None
        text, made = query
        options = draft.pick(("", "", "", " WITH (security_barrier)", " WITH (security_invoker=true)"))
        info, gives = _info(path, "view", made)
        return Drawn(sql=f"CREATE VIEW {path}{options} AS {text}", gives=[*gives, f"view {path}"], info=info)

    return Slot(f"view {path}", draw, 65)


def _materialized(path: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        name_of(draft, path)
        if (query := _query(draft)) is None:
            return None
        text, made = query
        info, gives = _info(path, "materialized view", made)
        # Whether it is filled is no matter of its definition, and not compared: so always WITH DATA.
        return Drawn(
            sql=f"CREATE MATERIALIZED VIEW {path} AS {text}", gives=[*gives, f"materialized {path}"], info=info
        )

    return Slot(f"materialized view {path}", draw, 50)


SLOTS = (
    *(_view(path) for path in VIEWS[:3]),
    _materialized("public.m1"),
    _materialized("app.m1"),
    _view(VIEWS[3]),
    Slot("index public.m1", lambda draft: indexes.drawn(draft, "public.m1", "m1_i"), 50),
    Slot("index app.m1", lambda draft: indexes.drawn(draft, "app.m1", "m1_i"), 50),
)
