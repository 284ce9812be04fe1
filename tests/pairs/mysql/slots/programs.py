"""Functions, procedures, triggers and events."""

from __future__ import annotations

from tests.pairs.mysql.slots.kinds import kind
from tests.pairs.mysql.slots.tables import TABLES, bare, columns_of, use
from tests.pairs.pieces import Draft, Drawn, Slot

PLAIN = ("int", "text", "num", "date", "time", "lob", "choice")
CHARACTERISTICS = ("DETERMINISTIC", "NO SQL", "READS SQL DATA", "DETERMINISTIC NO SQL SQL SECURITY INVOKER")


def _function(name: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        mode = draft.pick(("int", "bigint", "varchar(10)"))
        body = draft.pick(
            ("RETURN 1", "BEGIN DECLARE x int DEFAULT 2; RETURN x; END", "RETURN n + 1", "RETURN length('a;b')")
        )
        comment = draft.maybe(20, " COMMENT 'it''s one'")
        return Drawn(
            sql=f"CREATE FUNCTION {name}(n {mode}) RETURNS {draft.pick(('int', 'bigint'))} "
            f"{draft.pick(CHARACTERISTICS)}{comment} {body}",
            gives=[f"function {name}"],
        )

    return Slot(f"function {name}", draw, 40)


def _procedure(name: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        arguments = []
        for number in range(draft.pick((0, 1, 2))):
            mode = draft.pick(("", "IN ", "OUT ", "INOUT "))
            arguments.append(f"{mode}p{number} {str(kind(draft, PLAIN)).replace(' COLLATE utf8mb4_bin', '')}")
        body = draft.pick(
            (
                "SELECT 1",
                "BEGIN END",
                "BEGIN\n  -- a note; of two\n  IF 1 > 0 THEN SELECT 'a;b'; END IF;\nEND",
                "label: LOOP LEAVE label; END LOOP",
                "SELECT count(*) FROM t1",
            )
        )
        security = draft.maybe(30, " SQL SECURITY INVOKER")
        return Drawn(sql=f"CREATE PROCEDURE {name}({', '.join(arguments)}){security} {body}")

    return Slot(f"procedure {name}", draw, 40)


def _trigger(table: str, suffix: str) -> Slot:
    name = f"{bare(table)}_{suffix}"

    def draw(draft: Draft) -> Drawn | None:
        columns = [c for c in columns_of(draft, table) if not c.generated and not c.auto]
        if not columns or not draft.has(f"table {table}"):
            return None
        time, event = draft.pick(("BEFORE", "BEFORE", "AFTER")), draft.pick(("INSERT", "INSERT", "UPDATE", "DELETE"))
        order = ""
        before = [s for s in ("first", "second") if draft.has(f"trigger {table} {s} {time} {event}")]
        if before and draft.chance(50):
            other = draft.pick(before)
            draft.need(f"trigger {table} {other} {time} {event}")
            order = f" {draft.pick(('FOLLOWS', 'PRECEDES'))} {bare(table)}_{other}"
        row = "OLD" if event == "DELETE" else "NEW"
        body = draft.pick(
            (
                "SET @n = 1",
                f"SET @n = {row}.{use(draft, draft.pick(columns))}",
                f"BEGIN IF {row}.{use(draft, draft.pick(columns))} IS NULL THEN SET @n = 'a;b'; END IF; END",
            )
        )
        draft.need(f"table {table}")
        return Drawn(
            sql=f"CREATE TRIGGER {name} {time} {event} ON {table} FOR EACH ROW{order} {body}",
            gives=[f"trigger {table} {suffix} {time} {event}"],
        )

    return Slot(f"trigger {name}", draw, 30)


def _event(name: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        schedule = draft.pick(
            (
                "EVERY 1 DAY STARTS '2030-01-01 00:00:00'",
                "EVERY 2 HOUR",
                "AT '2035-01-01 00:00:00'",
                "EVERY '1:30' HOUR_MINUTE STARTS '2030-01-01 00:00:00' ENDS '2031-01-01 00:00:00'",
            )
        )
        keep = draft.pick(("", " ON COMPLETION PRESERVE"))
        state = draft.pick(("", " DISABLE", " ENABLE"))
        comment = draft.maybe(20, " COMMENT 'an event'")
        body = draft.pick(("SELECT 1", "BEGIN SELECT 1; SELECT 2; END", "DELETE FROM t1"))
        return Drawn(sql=f"CREATE EVENT {name} ON SCHEDULE {schedule}{keep}{state}{comment} DO {body}")

    return Slot(f"event {name}", draw, 30)


FUNCTIONS = (_function("f1"), _function("`F two`"))
SLOTS = (
    _procedure("p1"),
    _procedure("p2"),
    *(_trigger(table, suffix) for table in TABLES for suffix in ("first", "second", "third")),
    _event("e1"),
    _event("`E two`"),
)
