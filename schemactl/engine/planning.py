"""The use cases that only plan: forward, and back again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from schemactl.apply import counted
from schemactl.dialect import Patience, SourceText
from schemactl.diff import with_renames_undone
from schemactl.engine.document import document
from schemactl.engine.making import make, manner_for, plan_of
from schemactl.engine.proof import put_to_proof
from schemactl.engine.readings import Readings
from schemactl.engine.targets import Target, connected
from schemactl.engine.way import find_way, read_early
from schemactl.model import Catalog
from schemactl.plan import Plan, fingerprint
from schemactl.plan.document import without_checks


def plan(
    target: Target,
    sources: Sequence[SourceText],
    *,
    proved: bool = False,
    checked: bool = False,
    patience: Patience | None = None,
    readings: Readings | None = None,
    between: Callable[[Catalog, Catalog], None] | None = None,
) -> Plan:
    """The plan that makes the target equal to the sources. Changes nothing.

    `between` is told of the catalogs that the plan leads between, for those who show more than steps. Where its rows
    are to be `checked`, those that the plan does not suit are counted, whatever the dialect. Those who plan the same
    sources for many targets give `readings`, so that they are read once.
    Where it is to be `proved`, its `proof` says what came of that. Raises RefutedError, which has the plan.
    """
    desired = read_early(target, sources, readings)
    with connected(target) as connection:
        made = make(target, connection, sources, desired)
        if between is not None:
            between(made.way.start, made.way.goal)
        seconds = patience.plan_check_timeout if patience else None
        made = replace(made, plan=counted(target.dialect, connection, made.plan, asked=checked, seconds=seconds))
        return put_to_proof(target, connection, made, sources, desired) if proved else made.plan


def undo(target: Target, sources: Sequence[SourceText]) -> Plan:
    """The plan that would lead back from the sources to what is live now. Changes nothing.

    It is there to be read: of what the plan itself deletes it brings the definition back, not the rows, and its notes
    say of what.
    """
    early = read_early(target, sources)
    with connected(target) as connection:
        way = find_way(target, connection, sources, early)
        there = plan_of(target, connection, way)
        # The same server, with the same ways of its version.
        goal = replace(way.goal, surroundings=way.actual.surroundings)
        back, renames = with_renames_undone(goal, way.renames, target.dialect.renamed)
        lost = sorted({step.object for step in there.steps if step.needs_consent})
        notes = tuple(f"what the plan loses of {name} does not come back" for name in lost)
        return without_checks(
            document(
                target.dialect,
                way.server,
                back,
                way.actual,
                manner=manner_for(target, connection, (), changed=not there.is_empty),
                digest=fingerprint(way.actual),
                renames=renames,
                notes=notes,
                column_order=target.column_order,
            )
        )
