"""Tables: their options, and columns with all that a column can have."""

from __future__ import annotations

from dataclasses import dataclass

from tests.pairs.mysql.slots.kinds import DEFAULTS, EXPRESSIONS, Kind, default, kind
from tests.pairs.pieces import Draft, Drawn, Slot

TABLES = ("t1", "t2", "`Order`")
COLUMNS = ("a", "b", "c", "`key`")


@dataclass(frozen=True, slots=True)
class Relation:
    """Whatever a query can read."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Column:
    relation: str
    name: str
    kind: Kind
    nullable: bool = True
    generated: str = ""
    """VIRTUAL or STORED."""
    auto: bool = False
    """It counts by itself."""

    @property
    def word(self) -> str:
        how = ("null" if self.nullable else "not null", self.generated, "auto" if self.auto else "")
        return f"column {self} {self.kind} {' '.join(how)}"

    def __str__(self) -> str:
        return f"{self.relation}.{self.name}"


@dataclass(frozen=True, slots=True)
class Key:
    """A column that a foreign key may refer to."""

    column: Column

    def __str__(self) -> str:
        return str(self.column)


def columns_of(draft: Draft, relation: str) -> list[Column]:
    return [c for c in draft.infos(Column) if c.relation == relation]


def bare(name: str) -> str:
    return name.strip("`")


def use(draft: Draft, column: Column) -> str:
    """The name of the column, which is needed as it is now."""
    draft.need(column.word)
    return column.name


OPTIONS = (
    "",
    "",
    " ENGINE=InnoDB",
    " DEFAULT CHARSET=utf8mb4",
    " DEFAULT CHARSET=latin1",
    " COLLATE=utf8mb4_unicode_ci",
    " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    " ROW_FORMAT=DYNAMIC",
    " ROW_FORMAT=COMPACT",
    " COMMENT='it''s one'",
    " AUTO_INCREMENT=100",
    " STATS_PERSISTENT=1",
    " CHECKSUM=1",
)
ENGINES = ("InnoDB", "InnoDB", "InnoDB", "InnoDB", "InnoDB", "InnoDB", "MyISAM")


def table(name: str, percent: int = 85, tail: str = "", *, parted: bool = False) -> Slot:
    """`parted` says that it may have partitions, which some kinds of keys do not go with."""
    slot = f"table {name}"

    def draw(draft: Draft) -> Drawn:
        options = draft.pick(OPTIONS)
        more = draft.pick((*OPTIONS, " ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8", " MAX_ROWS=1000"))
        if options.split("=")[0].split(" ")[1:2] != more.split("=")[0].split(" ")[1:2] and not _both(options, more):
            options += more
        return Drawn(
            sql=f"CREATE TABLE {name} {{}}{options}{tail}",
            gives=[f"into {slot}", f"table {name}", f"relation {name}", *([f"partitioned {name}"] if parted else [])],
            info=Relation(name),
        )

    return Slot(slot, draw, percent)


def _both(one: str, other: str) -> bool:
    """Whether both speak of the character set, which may be said once."""
    return all("CHAR" in text or "COLLATE" in text for text in (one, other))


def identifier(name: str) -> Slot:
    """The first column, that every table has, and that keys like to use."""

    def draw(draft: Draft) -> Drawn:
        type_ = draft.pick(("int", "int", "int", "bigint", "int unsigned", "smallint"))
        how = draft.pick(("auto", "auto", "auto key", "plain", "plain", "primary", "nullable"))
        auto = how.startswith("auto")
        made = Column(name, "id", Kind(type_, "int"), nullable=how == "nullable", auto=auto)
        gives = [made.word, f"has {made}"]
        text = f"id {type_}"
        if how != "nullable":
            text += " NOT NULL"
        if auto:
            text += " AUTO_INCREMENT"
        keyed = how in ("auto", "primary")
        if keyed:
            text += " PRIMARY KEY"
            gives += [f"name {name}.PRIMARY", f"primary key {name}", f"key {made}"]
        elif how == "auto key":
            text += f",\n    {draft.pick(('KEY', 'UNIQUE'))} (id)"
        return Drawn(sql=text, gives=gives, into=f"table {name}", info=(made, Key(made)) if keyed else made)

    return Slot(f"column {name}.id", draw, 400)


def reference(name: str, suffix: str = "ref") -> Slot:
    """A column for foreign keys, on which neither a check nor a generated column rests."""

    def draw(draft: Draft) -> Drawn:
        type_ = draft.pick(("int", "int", "int", "int unsigned", "bigint", "varchar(20) CHARACTER SET ascii"))
        family = "text" if "char" in type_ else "int"
        null = draft.chance(70)
        made = Column(name, suffix, Kind(type_, family), nullable=null)
        tail = "" if null else " NOT NULL"
        return Drawn(sql=f"{suffix} {type_}{tail}", gives=[made.word], into=f"table {name}", info=made)

    return Slot(f"column {name}.{suffix}", draw, 60)


def column(relation: str, name: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        found = kind(draft)
        if found.family == "point" and draft.has(f"partitioned {relation}"):
            return None
        text, generated, null = f"{name} {found}", "", True
        mariadb = draft.platform.name == "mariadb"
        match draft.pick(("", "", "default", "default ", "generated", "null")).strip():
            case "default" if found.family in DEFAULTS:
                null = draft.chance(50)
                text += ("" if null else " NOT NULL") + default(draft, found)
            case "generated" if made := _generated(draft, relation, found):
                generated = "STORED" if "STORED" in made or "PERSISTENT" in made else "VIRTUAL"
                text += made
                if not mariadb and draft.chance(20):
                    text, null = f"{text} NOT NULL", False
            case "null":
                null = False
                text += " NOT NULL"
            case _:
                text += draft.maybe(30, " NULL") if "timestamp" not in found.text else " NULL"
        hidden = (null or generated or "DEFAULT" in text) and draft.chance(8)
        text += " INVISIBLE" if hidden else ""
        text += draft.maybe(12, draft.pick((" COMMENT 'a note'", " COMMENT 'it''s; -- a \"note\"'")))
        column = Column(relation, name, found, null, generated)
        return Drawn(sql=text, gives=[column.word, f"has {column}"], into=f"table {relation}", info=column)

    return Slot(f"column {relation}.{name}", draw, 65)


def _generated(draft: Draft, relation: str, found: Kind) -> str:
    """A generated column's clause, over another column of the table; or nothing."""
    options = [
        (column, text)
        for column in columns_of(draft, relation)
        if not column.auto and column.name != "ref" and column.generated != "VIRTUAL"
        # MariaDB keeps no value that a setting decides: whether what is read of a char is padded,
        if draft.platform.name != "mariadb" or not column.kind.text.startswith("char")
        for text, result in EXPRESSIONS.get(column.kind.family, ())
        if result == found.family and "zerofill" not in found.text
        # and whether a difference may be below zero (NO_UNSIGNED_SUBTRACTION).
        if draft.platform.name != "mariadb" or " - " not in text
    ]
    if not options:
        return ""
    column, text = draft.pick(options)
    how = draft.pick((" VIRTUAL", " STORED", ""))
    words = draft.pick(("GENERATED ALWAYS AS", "AS"))
    return f" {words} ({text.format(c=use(draft, column))}){how}"


SLOTS = tuple(
    slot
    for name in TABLES
    for slot in (
        table(name),
        identifier(name),
        *(column(name, column_name) for column_name in COLUMNS),
        reference(name),
    )
)
