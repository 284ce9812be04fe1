"""Partitioned tables. All keys of the one have `id` in them, which it is parted by; the other has no unique keys."""

from __future__ import annotations

from tests.pairs.mysql.slots import keys, tables
from tests.pairs.mysql.slots.kinds import Kind
from tests.pairs.mysql.slots.tables import Column, columns_of, use
from tests.pairs.pieces import Draft, Drawn, Slot

BY_ID = (
    "HASH (id) PARTITIONS 4",
    "HASH (id) PARTITIONS 6",
    "LINEAR HASH (id) PARTITIONS 4",
    "HASH (id DIV 10) PARTITIONS 3",
    "KEY (id) PARTITIONS 2",
    "KEY ALGORITHM=2 (id) PARTITIONS 4",
    "RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))",
    "RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20), PARTITION p2 VALUES LESS THAN (30))",
    "RANGE (id) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))",
    "RANGE COLUMNS (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (MAXVALUE))",
    "LIST (id) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (3))",
    "LIST (id) (PARTITION p0 VALUES IN (1, 2, 5), PARTITION p2 VALUES IN (NULL, 4) COMMENT = 'four')",
)
BY_DAY = (
    "RANGE (to_days(day)) (PARTITION p0 VALUES LESS THAN (738000), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "RANGE (year(day)) (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN (2025))",
    "RANGE COLUMNS (day) (PARTITION p0 VALUES LESS THAN ('2020-01-01'), PARTITION p1 VALUES LESS THAN ('2025-01-01'))",
    "RANGE COLUMNS (day, id) (PARTITION p0 VALUES LESS THAN ('2020-01-01', 5), PARTITION p1 VALUES LESS THAN ('2025-01-01', MAXVALUE))",
    "HASH (month(day)) PARTITIONS 3",
    "LIST COLUMNS (day) (PARTITION p0 VALUES IN ('2020-01-01', '2020-01-02'), PARTITION p1 VALUES IN ('2021-01-01'))",
)


def _plain(name: str, text: str, kind: Kind) -> Slot:
    def draw(draft: Draft) -> Drawn:
        null = draft.chance(50)
        made = Column(name, text, kind, nullable=null)
        return Drawn(
            sql=f"{text} {kind}{'' if null else ' NOT NULL'}",
            gives=[made.word, f"has {made}"],
            into=f"table {name}",
            info=made,
        )

    return Slot(f"column {name}.{text}", draw, 400)


def _parts(name: str, column: str, options: tuple[str, ...]) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        found = [c for c in columns_of(draft, name) if c.name in ("id", column)]
        if not draft.has(f"table {name}"):
            return None
        text = draft.pick(options)
        if any(not c.nullable for c in found):
            text = text.replace("NULL, ", "")
        draft.need(f"table {name}", *(c.word for c in found))
        return Drawn(sql=f"ALTER TABLE {name} PARTITION BY {text}")

    return Slot(f"partitions {name}", draw, 80)


def _key(name: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        columns = [c for c in columns_of(draft, name) if not c.nullable and not c.generated and c.kind.family == "int"]
        if not columns or columns[0].name != "id":
            return None
        chosen = columns[: 2 if draft.chance(30) else 1]
        text = f"PRIMARY KEY ({', '.join(use(draft, c) for c in chosen)})"
        return Drawn(sql=text, gives=[f"primary key {name}"], into=f"table {name}")

    return Slot(f"primary key {name}", draw, 70)


SLOTS = (
    tables.table("p", 50, parted=True),
    _plain("p", "id", Kind("int", "int")),
    tables.column("p", "a"),
    tables.column("p", "b"),
    _key("p"),
    tables.table("q", 35, parted=True),
    _plain("q", "id", Kind("int", "int")),
    _plain("q", "day", Kind("date", "date")),
    tables.column("q", "a"),
)
AFTER = (
    keys.index("p", "i"),
    keys.check("p", "positive"),
    _parts("p", "id", BY_ID),
    keys.index("q", "i"),
    _parts("q", "day", BY_DAY),
)
