"""Desired state of Postgres, read from SQL: scripts are played as a server would, and no server is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schemactl.dialect import SourceText
from schemactl.errors import SqlSyntaxError
from schemactl.model import Desired, ObjectKey
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.finish import finished
from schemactl_postgres.read.hints import hints
from schemactl_postgres.read.script import play, play_statement
from schemactl_postgres.read.state import State
from schemactl_postgres.read.strangers import with_dialect
from schemactl_postgres.read.tokens import Source


def read(sources: Sequence[SourceText], *, default_schema: str) -> Desired:
    """Play the scripts in order and return the catalog that a server would hold.

    The search_path starts anew, as `default_schema`, with each source. Foreign keys may go to tables created later;
    comments and indexes may stand before their table. Raises SourceError, with the place of the offending word.
    """
    try:
        return _read(sources, default_schema)
    except SqlSyntaxError as error:
        raise with_dialect(error) from None


def _read(sources: Sequence[SourceText], default_schema: str) -> Desired:
    state = State(default_schema)
    waiting: list[tuple[Cursor, tuple[str, ...]]] = []
    for source in sources:
        state.search_path = (default_schema,)
        play(Source(source), state, waiting)
    for cursor, state.search_path in waiting:
        play_statement(cursor, state)
    desired = finished(state)
    renames: dict[ObjectKey, ObjectKey] = {}
    for source in sources:
        renames |= hints(Source(source), desired.places)
    return replace(desired, renames=renames)
