"""Where what a step said of itself and what was seen of it differ."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from schemactl.plan import Plan, PlannedStep
from schemactl.steps import Hazard
from schemactl_postgres.mark import query
from tests.support.observe import MODES, Observed, Observer


def differences(connection: psycopg.Connection, plan: Plan) -> Iterator[str]:
    """What the steps of a plan do and did not say, as they are run on the connection. Raises psycopg.Error."""
    observer = Observer(connection)
    mark = _mark(connection)
    for group in plan.groups:
        for step in group.steps:
            if group.transactional:
                yield from (f"{step.sql}: {difference}" for difference in unsaid(step, observer.run(step.sql)))
            else:
                connection.execute(step.sql.encode())
            before, mark = mark, _mark(connection)
            if mark == before and not step.sql.startswith(_OF_ROWS) and not any(it in step.sql for it in _DONE):
                yield f"{step.sql}: the mark of the catalogue is what it was"


#: Statements that read or change rows, and no schema.
_OF_ROWS = ("UPDATE ", "SELECT setval(", "DO $check$", "ANALYZE ")
#: What an earlier step may have done already: the parent's validation, or the index that a key took over.
_DONE = (" VALIDATE CONSTRAINT ", " REPLICA IDENTITY USING INDEX ")


def _mark(connection: psycopg.Connection) -> str:
    (found,) = connection.execute(query(connection.info.server_version // 10000).encode()).fetchone() or ("",)
    return str(found)


def unsaid(step: PlannedStep, seen: Observed) -> Iterator[str]:
    """What a step did and did not say: a lock stronger than said, a table written anew or read, an index built."""
    said = {lock.relation: lock.mode for lock in step.locks if lock.mode in MODES}
    for relation, mode in sorted(seen.locks.items()):
        if relation not in said or MODES.index(said[relation]) < MODES.index(mode):
            yield f"{mode} on {relation}, said was {said.get(relation, 'no lock')}"
    for hazard, tables in _work(seen).items():
        if tables and hazard not in _hazards(step):
            yield f"{hazard} is not said, and seen on {', '.join(sorted(tables))}"


def unseen(step: PlannedStep, seen: Observed) -> Iterator[str]:
    """What a step said and did not do."""
    for lock in step.locks:
        if lock.mode in MODES and seen.locks.get(lock.relation) != lock.mode:
            yield f"{lock.mode} on {lock.relation} is said, seen was {seen.locks.get(lock.relation, 'no lock')}"
    for hazard, tables in _work(seen).items():
        if not tables and hazard in _hazards(step):
            yield f"{hazard} is said, and not seen"


def _work(seen: Observed) -> dict[Hazard, frozenset[str]]:
    return {
        Hazard.REWRITES_TABLE: seen.rewritten,
        Hazard.SCANS_TABLE: seen.scanned,
        Hazard.BUILDS_INDEX: seen.indexed,
    }


def _hazards(step: PlannedStep) -> set[Hazard]:
    return {found.hazard for found in step.hazards}
