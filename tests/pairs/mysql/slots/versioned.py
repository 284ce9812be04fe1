"""What MariaDB alone has: sequences, system versioning, periods."""

from __future__ import annotations

from tests.pairs.mysql.slots import keys, tables
from tests.pairs.mysql.slots.kinds import Kind
from tests.pairs.mysql.slots.tables import Column
from tests.pairs.pieces import Draft, Drawn, Slot


def _sequence(name: str) -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        if draft.platform.name != "mariadb":
            return None
        options = draft.pick(
            (
                "",
                " START WITH 10 INCREMENT BY 5",
                " MINVALUE 1 MAXVALUE 100 CYCLE",
                " NOCACHE",
                " CACHE 20 COMMENT='counts'",
                " INCREMENT BY -1",
            )
        )
        return Drawn(sql=f"CREATE SEQUENCE {name}{options}", gives=[f"sequence {name}"])

    return Slot(f"sequence {name}", draw, 40)


def _counted(table: str) -> Slot:
    """A column that takes its default from a sequence."""

    def draw(draft: Draft) -> Drawn | None:
        if not draft.has("sequence s1"):
            return None
        draft.need("sequence s1")
        made = Column(table, "counted", Kind("bigint", "int"))
        return Drawn(sql="counted bigint DEFAULT nextval(s1)", gives=[made.word], into=f"table {table}", info=made)

    return Slot(f"column {table}.counted", draw, 25)


def _versioned() -> Slot:
    made = tables.table("v", 40, " WITH SYSTEM VERSIONING")

    def draw(draft: Draft) -> Drawn | None:
        return made.draw(draft) if draft.platform.name == "mariadb" else None

    return Slot(made.name, draw, made.percent)


def _period_table() -> Slot:
    def draw(draft: Draft) -> Drawn | None:
        if draft.platform.name != "mariadb":
            return None
        key = draft.pick(
            ("", ", PRIMARY KEY (id, during WITHOUT OVERLAPS)", ", UNIQUE u (room, during WITHOUT OVERLAPS)")
        )
        period = "PERIOD FOR during (since, until)" if key or draft.chance(60) else "KEY (since)"
        type_ = draft.pick(("date", "datetime", "timestamp(6)"))
        return Drawn(
            sql="CREATE TABLE booking (id int NOT NULL, room int, "
            f"since {type_} NOT NULL DEFAULT '2024-01-01', until {type_} NOT NULL DEFAULT '2025-01-01', {period}{key})",
            gives=["table booking"],
        )

    return Slot("table booking", draw, 30)


SEQUENCES = (_sequence("s1"), _sequence("`Seq`"))
TABLES = (
    _counted("t1"),
    _versioned(),
    tables.identifier("v"),
    tables.column("v", "a"),
    tables.column("v", "b"),
    keys.index("v", "i"),
    _period_table(),
)
