"""PG3: tables as a whole, and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Alter, Change, Create
from schemactl.lint.rule import Found, Match, Rule, Subject, altered, on_change, on_hazard
from schemactl.model import Domain, Kind, Table, Trigger
from schemactl.steps import Hazard
from schemactl_postgres.options import TableOptions

_OFF = {
    "f": "FULL: every UPDATE and DELETE logs the whole row",
    "n": "NOTHING: replicas cannot apply UPDATE and DELETE",
}
#: What writers wait for.
_BLOCKING = frozenset({"SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"})


def _options(table: object) -> TableOptions:
    options = table.options if isinstance(table, Table) else None
    return options if isinstance(options, TableOptions) else TableOptions()


def _becomes(field: str) -> Match:
    """An option of a table that others may use, which differs."""

    def match(subject: Subject, change: Change) -> str | None:
        both = altered(subject, change, Table)
        if both is None or len({getattr(_options(it), field) for it in both}) == 1:
            return None
        return subject.said(change.key, Hazard.REWRITES_TABLE)

    return match


def _identity(subject: Subject, change: Change) -> str | None:
    if not isinstance(change, Create | Alter) or not isinstance(change.after, Table):
        return None
    was = _options(change.before).replica_identity if isinstance(change, Alter) else "d"
    shall = _options(change.after).replica_identity
    return f"REPLICA IDENTITY {_OFF[shall]}" if shall != was and shall in _OFF else None


def _unvacuumed(subject: Subject, change: Change) -> str | None:
    if not isinstance(change, Create | Alter) or not isinstance(change.after, Table):
        return None
    was = dict(_options(change.before).storage) if isinstance(change, Alter) else {}
    shall = dict(_options(change.after).storage)
    off = _is_off(shall) and not _is_off(was)
    return "dead rows are never cleared away, and it grows without end" if off else None


def _is_off(storage: dict[str, str]) -> bool:
    return storage.get("autovacuum_enabled", "true").lower() in ("false", "off", "no", "0", "f")


def _trigger(subject: Subject) -> Iterator[Found]:
    for change in subject.changes:
        table = subject.live(change.key)
        if not isinstance(change, Create) or not isinstance(change.after, Trigger) or table is None or change.because:
            continue
        for step, _ in subject.costs.get(change.key, ()):
            held = {lock.mode for lock in step.locks if lock.relation == table.key.path} & _BLOCKING
            if held:
                message = f"it waits until nobody writes to {table.key.path}, and writers wait behind it ({held.pop()})"
                yield Found(key=change.key, message=message, step=step)


def _domain(subject: Subject) -> Iterator[Found]:
    """The step of a domain's check, or of its NOT NULL, reads every table that uses it."""
    domains = {(o.schema, o.name) for o in subject.after.objects if isinstance(o, Domain)}
    for key, costs in subject.costs.items():
        if (key.schema, key.table or key.name) not in domains or key.kind is Kind.TABLE:
            continue
        for step, told in costs:
            yield from (Found(key=key, message=it.message, step=step) for it in told if it.hazard is Hazard.SCANS_TABLE)


RULES = (
    Rule(
        code="PG307",
        title="a table becomes LOGGED or UNLOGGED",
        why="The whole table and its indexes are written anew while nobody can use it.",
        example="CREATE UNLOGGED TABLE t (...);  -- was CREATE TABLE",
        instead="make a new table, copy the rows in batches, and let it take the old one's name",
        look=on_change(_becomes("unlogged"), Hazard.REWRITES_TABLE),
    ),
    Rule(
        code="PG308",
        title="a trigger is created on a table that is in use",
        why="CREATE TRIGGER takes a SHARE ROW EXCLUSIVE lock: it waits for all writers, and all new writers wait behind it.",
        example="CREATE TRIGGER stamp BEFORE UPDATE ON t ...;",
        instead="keep transactions on the table short; schemactl waits for --lock-timeout and tries again",
        look=_trigger,
    ),
    Rule(
        code="PG311",
        title="a table gets another access method",
        why="The whole table and its indexes are written anew while nobody can use it.",
        example="CREATE TABLE t (...) USING columnar;  -- was heap",
        instead="make a new table, copy the rows in batches, and let it take the old one's name",
        look=on_change(_becomes("access_method"), Hazard.REWRITES_TABLE),
    ),
    Rule(
        code="PG314",
        title="the replica identity of a table becomes FULL or NOTHING",
        why="With FULL every change logs the whole old row, and replicas look for rows by all of their columns. With NOTHING "
        "an UPDATE of a published table fails.",
        example="ALTER TABLE t REPLICA IDENTITY FULL;",
        instead="a primary key, or REPLICA IDENTITY USING INDEX",
        look=on_change(_identity),
    ),
    Rule(
        code="PG320",
        title="autovacuum is turned off for a table",
        why="Nothing clears dead rows away, and in the end the server stops to keep transaction numbers from wrapping around.",
        example="CREATE TABLE t (...) WITH (autovacuum_enabled = false);",
        instead="tune it for this table: autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay",
        look=on_change(_unvacuumed),
    ),
    Rule(
        code="SC701",
        title="a check of a domain makes the server read every table that uses it",
        why="Each of them is read while nobody can write to it, as many as there are.",
        example="ALTER DOMAIN email ADD CHECK (VALUE ~ '@');",
        instead="ADD CONSTRAINT ... NOT VALID, and validate it later",
        look=_domain,
    ),
    Rule(
        code="SC702",
        title="what the server does not take back is done",
        why="Going back to the old schema takes more than a statement: the value of an enum, the version of an extension.",
        example="ALTER TYPE mood ADD VALUE 'meh';",
        instead="make sure of its name first",
        look=on_hazard(Hazard.NOT_REVERSIBLE),
    ),
)
