"""The way from what is live to what is desired: both catalogs, in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemactl.changes import Change
from schemactl.dialect import Server, SourceText
from schemactl.diff import (
    adopt_names,
    framed,
    left_alone,
    with_foundations,
    with_live_extensions,
    with_publications_of_others,
    with_renames,
    with_told_renames,
    with_unstated_access,
    within,
    without_changes,
)
from schemactl.engine.looking import refuse_unsupported, seen
from schemactl.engine.readings import Readings
from schemactl.engine.targets import Target, dev_beside
from schemactl.errors import SchemactlError
from schemactl.model import Catalog, Desired

if TYPE_CHECKING:
    from sqlalchemy import Connection


Early = tuple[str, Desired | None]


def read_early(target: Target, sources: Sequence[SourceText], readings: Readings | None = None) -> Early:
    """The desired schema, read before anything is connected to: an error in it needs no server to be found.

    None where only a server can tell what the text means. `readings` has it where others have read it.
    """
    schema = _expected_schema(target)
    if target.dialect.reads_for_server:
        return schema, None
    return schema, (readings or Readings()).read(target.dialect, sources, schema)


def _expected_schema(target: Target) -> str:
    return target.scope.schemas[0] if len(target.scope.schemas) == 1 else target.dialect.default_schema


@contextmanager
def placed(desired: Desired | None) -> Iterator[None]:
    """An error that names an object comes out with the place where the object was written."""
    try:
        yield
    except SchemactlError as error:
        if desired is not None and error.place is None and error.subject:
            error.place = next((place for key, place in desired.places.items() if str(key) == error.subject), None)
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From the live catalog, as it is once the `renames` are done, to the desired one."""

    server: Server
    sources: Sequence[SourceText]
    actual: Catalog
    start: Catalog
    goal: Catalog
    renames: list[Change]
    notes: tuple[str, ...]
    desired: Desired


def find_way(target: Target, connection: Connection, sources: Sequence[SourceText], early: Early) -> Way:
    server = target.dialect.server(connection)
    schema, desired = early
    default = schema if len(target.scope.schemas) == 1 else server.default_schema
    if desired is None or default != schema:
        desired = target.dialect.read(sources, default_schema=default, server=server)
    actual = seen(target, connection)
    refuse_unsupported(target, actual)
    desired = target.dialect.respelled(with_told_renames(desired, target.renames), actual)
    start, renames = with_renames(desired, actual, target.dialect.renamed, target.scope)
    goal, notes = _goal(target, connection, desired, start, default)
    goal, skipped = without_changes(goal, start, target.skip, places=desired.places, column_order=target.column_order)
    notes += skipped
    return Way(
        server=server,
        sources=sources,
        actual=actual,
        start=start,
        goal=goal,
        renames=renames,
        notes=notes,
        desired=desired,
    )


def _goal(
    target: Target, connection: Connection, desired: Desired, actual: Catalog, default: str
) -> tuple[Catalog, tuple[str, ...]]:
    """The desired catalog in the words of the live one, so that what still differs is a change."""
    dialect = target.dialect
    in_scope = within(desired.catalog, target.scope)
    left_out = len(desired.catalog.objects) - len(in_scope.objects)
    notes = [f"{left_out} desired objects are outside the scope and were left out"] if left_out else []
    desired = replace(desired, catalog=in_scope)
    catalog = with_live_extensions(framed(desired, actual, frame=target.scope.schemas or (default,)), actual)
    catalog = dialect.settle(replace(desired, catalog=catalog), actual)
    catalog, kept = with_foundations(catalog, actual, desired.places)
    catalog = with_publications_of_others(catalog, actual)
    catalog, unmanaged = with_unstated_access(catalog, desired, actual)
    notes += [*kept, *unmanaged, *left_alone(actual, target.scope)]
    catalog = adopt_names(catalog, actual)
    if catalog.objects != actual.objects:
        with placed(desired), dev_beside(target, connection) as aside:
            catalog = adopt_names(dialect.confirm(connection, catalog, actual, aside=aside), actual)
        connection.rollback()
    return catalog, tuple(notes)
