"""Keys of all kinds, checks and foreign keys."""

from __future__ import annotations

from tests.pairs.mysql.slots.kinds import CONDITIONS, EXPRESSIONS, KEYED, PREFIXED
from tests.pairs.mysql.slots.tables import TABLES, Column, Key, bare, columns_of, use
from tests.pairs.pieces import Draft, Drawn, Slot

ACTIONS = (
    "",
    "",
    " ON DELETE CASCADE",
    " ON DELETE SET NULL",
    " ON UPDATE CASCADE",
    " ON DELETE RESTRICT ON UPDATE NO ACTION",
)


def _part(draft: Draft, column: Column, *, whole: bool = False) -> str:
    """A column as a part of a key: with a prefix, in an order."""
    text = use(draft, column)
    if column.kind.family in PREFIXED:
        text += f"({draft.pick((5, 10, 20))})"
    elif column.kind.family in ("text", "binary") and "(" in column.kind.text and not whole and draft.chance(20):
        text += f"({draft.pick((2, 4))})"
    return text + ("" if whole else draft.pick(("", "", "", " DESC", " ASC")))


def _keyed(draft: Draft, table: str, families: tuple[str, ...] = (*KEYED, *PREFIXED)) -> list[Column]:
    return [c for c in columns_of(draft, table) if c.kind.family in families]


def hidden(draft: Draft) -> str:
    if not draft.chance(10):
        return ""
    return " IGNORED" if draft.platform.name == "mariadb" else " INVISIBLE"


def primary_key(table: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        columns = [c for c in _keyed(draft, table, KEYED) if not c.nullable and c.generated != "VIRTUAL"]
        if not columns or draft.has(f"primary key {table}"):
            return None
        chosen = [columns[0]]
        if len(columns) > 1 and draft.chance(40):
            chosen.append(draft.pick(columns[1:]))
        if draft.platform.name == "mariadb" and any(c.generated for c in chosen):
            return None
        text = f"PRIMARY KEY ({', '.join(_part(draft, c, whole=draft.chance(70)) for c in chosen)})"
        sole = chosen[0] if len(chosen) == 1 and f"({chosen[0].name})" in text else None
        gives = [f"name {table}.PRIMARY", f"primary key {table}", *([f"key {sole}"] if sole else [])]
        return Drawn(sql=text, gives=gives, into=f"table {table}", info=Key(sole) if sole else ())

    return Slot(f"primary key {table}", draw, 70)


def unique(table: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        columns = _keyed(draft, table, KEYED)
        if not columns:
            return None
        chosen = draft.some(columns, 30)[:3] or [draft.pick(columns)]
        name = draft.pick(("", f"{bare(table)}_uq", f"CONSTRAINT {bare(table)}_uq "))
        head = f"{name}UNIQUE" if name.endswith(" ") else f"UNIQUE KEY {name}".rstrip()
        # Where there is no primary key, it may serve as one, which cannot be hidden.
        tail = hidden(draft) if draft.has(f"primary key {table}") else ""
        draft.need(*([f"primary key {table}"] if tail else []))
        text = f"{head} ({', '.join(_part(draft, c) for c in chosen)}){tail}"
        sole = chosen[0] if text.endswith(f"({chosen[0].name})") and not chosen[0].generated else None
        return Drawn(
            sql=text,
            gives=[f"key {sole}"] if sole else [],
            into=f"table {table}",
            info=Key(sole) if sole else (),
        )

    return Slot(f"unique {table}", draw, 30)


def index(table: str, suffix: str) -> Slot:
    """A plain, functional or FULLTEXT or SPATIAL index, in the table's own statement or behind it."""

    def draw(draft: Draft) -> Drawn | None:
        columns = _keyed(draft, table)
        if not columns:
            return None
        name = draft.pick((f"{bare(table)}_{suffix}", f"{bare(table)}_{suffix}", f"other_{suffix}"))
        prefix, tail = "", hidden(draft)
        texts = [c for c in columns if c.kind.family in ("text", "lob") and "blob" not in c.kind.text]
        texts = [c for c in texts if "binary" not in c.kind.text and c.generated != "VIRTUAL"]
        points = [
            c
            for c in columns_of(draft, table)
            if c.kind.family == "point" and not c.nullable and not draft.has(f"partitioned {table}")
        ]
        sort = draft.pick(("", "", "", "", "FULLTEXT", "SPATIAL", "functional"))
        if sort == "FULLTEXT" and texts and not draft.has(f"partitioned {table}"):
            column = draft.pick(texts)
            same = [c for c in texts if _charset(c) == _charset(column)]
            chosen = draft.some(same, 30) or [column]
            prefix, parts = "FULLTEXT ", ", ".join(use(draft, c) for c in chosen)
            if draft.platform.name == "mysql":
                tail = draft.maybe(20, " WITH PARSER ngram") + tail
        elif sort == "SPATIAL" and points:
            prefix, parts = "SPATIAL ", use(draft, draft.pick(points))
        elif sort == "functional" and draft.platform.name == "mysql" and (made := _expression(draft, table)):
            parts = made
        else:
            chosen = draft.some(columns, 25)[:3] or [draft.pick(columns)]
            prefix = draft.maybe(10, "UNIQUE ") if not draft.has(f"partitioned {table}") else ""
            parts = ", ".join(_part(draft, c) for c in chosen)
            tail = draft.pick(("", "", "", " USING BTREE", " COMMENT 'a key'", " KEY_BLOCK_SIZE=4")) + (
                "" if prefix else tail
            )
        if table != "v" and draft.chance(30):  # of a table with history, it would need a setting
            draft.need(f"table {table}")
            return Drawn(sql=f"CREATE {prefix}INDEX {name} ON {table} ({parts}){tail}")
        shown = "" if draft.chance(15) else f" {name}"
        return Drawn(sql=f"{prefix}{draft.pick(('KEY', 'INDEX'))}{shown} ({parts}){tail}", into=f"table {table}")

    return Slot(f"index {table} {suffix}", draw, 40)


def _charset(column: Column) -> str:
    """The words on character sets: FULLTEXT takes columns of one only."""
    words = column.kind.text.split()
    return " ".join(words[1:]) if words[0] != "national" else "national"


def _expression(draft: Draft, table: str) -> str:
    options = [
        (column, text)
        for column in columns_of(draft, table)
        if not column.auto
        for text, result in EXPRESSIONS.get(column.kind.family, ())
        if result in ("int", "num", "date") or text.startswith(("left", "substring", "upper", "trim"))
    ]
    if not options:
        return ""
    column, text = draft.pick(options)
    return f"({text.format(c=use(draft, column))}){draft.maybe(30, ' DESC')}"


def condition(draft: Draft, columns: list[Column]) -> str:
    """A condition on one or two of the columns."""
    columns = [c for c in columns if c.kind.family in CONDITIONS]
    if not columns:
        return "1 = 1"
    parts = []
    for _ in range(2 if draft.chance(30) else 1):
        column = draft.pick(columns)
        draft.need(column.word)
        parts.append(draft.pick(CONDITIONS[column.kind.family]).format(c=column.name))
    return draft.pick((" or ", " and ")).join(f"({p})" if len(parts) > 1 else p for p in parts)


def check(table: str, suffix: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        columns = [c for c in columns_of(draft, table) if not c.auto and c.name != "ref"]
        name = draft.pick((f"CONSTRAINT {bare(table)}_{suffix} ", f"CONSTRAINT {bare(table)}_{suffix} ", ""))
        text = f"{name}CHECK ({condition(draft, columns)})"
        if draft.platform.name == "mysql":
            text += draft.maybe(20, " NOT ENFORCED")
        return Drawn(sql=text, into=f"table {table}")

    return Slot(f"check {table} {suffix}", draw, 30)


def foreign_key(table: str, suffix: str) -> Slot:
    """Stated once all tables are there, so that tables may refer to each other in a circle."""

    def draw(draft: Draft) -> Drawn | None:
        pairs = [
            (column, key.column)
            for column in columns_of(draft, table)
            for key in draft.infos(Key)
            if column.name == "ref" and column.kind == key.column.kind and column != key.column
        ]
        if not pairs or not draft.has(f"table {table}"):
            return None
        column, key = draft.pick(pairs)
        actions = [a for a in ACTIONS if "SET NULL" not in a or column.nullable]
        draft.need(f"table {table}", column.word, key.word, f"key {key}")
        name = draft.pick((f"CONSTRAINT {bare(table)}_{suffix} ", f"CONSTRAINT {bare(table)}_{suffix} ", ""))
        text = f"ALTER TABLE {table} ADD {name}FOREIGN KEY ({column.name}) REFERENCES {key.relation} ({key.name})"
        return Drawn(sql=text + draft.pick(actions))

    return Slot(f"foreign key {table} {suffix}", draw, 40)


INDEXES = tuple(
    slot
    for table in TABLES
    for slot in (primary_key(table), unique(table), *(index(table, suffix) for suffix in ("i", "j")))
)
CHECKS = tuple(check(table, suffix) for table in TABLES for suffix in ("positive", "sane"))
FOREIGN_KEYS = tuple(foreign_key(table, suffix) for table in TABLES for suffix in ("fk",))
