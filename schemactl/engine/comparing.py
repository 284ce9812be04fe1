"""The use case that compares any two sides, texts or live databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from schemactl.changes import Change
from schemactl.dialect import Dialect, Server, SourceText, find
from schemactl.diff import adopt_names, framed, with_renames, with_unstated_access
from schemactl.engine.document import NEWEST, Linted, document
from schemactl.engine.looking import inspect, refuse_unsupported
from schemactl.engine.planning import plan
from schemactl.engine.targets import Target, connected
from schemactl.errors import UsageError
from schemactl.lint.settings import LintSettings
from schemactl.manner import Manner, Online
from schemactl.model import Catalog, Schema
from schemactl.plan import Plan, fingerprint


def diff(
    origin: Target | Sequence[SourceText],
    goal: Target | Sequence[SourceText],
    *,
    dialect: str | None = None,
    version: tuple[int, ...] | None = None,
    lint: LintSettings | None = None,
    column_order: bool = False,
    manner: Manner | None = None,
    between: Callable[[Catalog, Catalog], None] | None = None,
) -> Plan:
    """The plan that leads from one side to the other. Needs no server where both sides are texts.

    `version` is that of the server that it is for; the newest, where none is said. Without a `manner` the plan is the
    shortest: nothing is known of sizes, and nobody waits. `between`: as of `plan`.
    """
    if isinstance(origin, Target) and not isinstance(goal, Target):
        return plan(origin, goal, between=between)
    speaks = next((side.dialect for side in (origin, goal) if isinstance(side, Target)), None) or find(
        dialect or "postgresql"
    )
    if dialect and find(dialect) is not speaks:
        raise UsageError(f"--dialect {dialect} does not fit a {speaks.name} database")
    if isinstance(goal, Target):
        default = speaks.default_schema or _default_schema(goal)
        after = _side(goal, speaks, default, None)
        before = start = _side(origin, speaks, default, None, frame=after)
        renames: list[Change] = []
    else:
        default = speaks.default_schema
        before = _side(origin, speaks, default, None)
        wanted = speaks.respelled(speaks.read(goal, default_schema=default), before)
        start, renames = with_renames(wanted, before, speaks.renamed)
        after = _side(goal, speaks, default, start)
    server = Server(name=speaks.name, version=version or NEWEST, database=default, default_schema=default, settings={})
    texts = () if isinstance(goal, Target) else goal
    if between is not None:
        between(start, after)
    return document(
        speaks,
        server,
        start,
        after,
        manner=manner or Manner(online=Online.NEVER),
        digest=fingerprint(after),
        mark=fingerprint(before),
        renames=renames,
        column_order=column_order,
        lint=Linted(
            settings=lint or LintSettings(), sources=texts, places={} if isinstance(goal, Target) else wanted.places
        ),
    )


def _default_schema(target: Target) -> str:
    with connected(target) as connection:
        return target.dialect.server(connection).default_schema


def _side(
    side: Target | Sequence[SourceText],
    dialect: Dialect,
    default: str,
    against: Catalog | None,
    *,
    frame: Catalog | None = None,
) -> Catalog:
    """One side of a comparison; `frame` is the other one, whose schemas a text need not create."""
    if isinstance(side, Target):
        actual = inspect(side)
        refuse_unsupported(side, actual)
        return actual
    desired = dialect.read(side, default_schema=default)
    other = against or Catalog()
    # The default schema is there, as the other side has it, but nobody has said a word of it.
    agreed = [replace(o, comment=None) for o in (frame or other).objects if isinstance(o, Schema) and o.name == default]
    catalog = framed(desired, replace(other, objects=tuple(agreed)) if frame else other, frame=[default])
    catalog, _ = with_unstated_access(catalog, desired, other)
    if default and not any(isinstance(o, Schema) and o.name == default for o in catalog.objects):
        # Every new database has it, so a text need not say so.
        objects = (*catalog.objects, Schema(name=default))
        catalog = replace(catalog, objects=tuple(sorted(objects, key=lambda o: o.key)))
    return adopt_names(catalog, other) if against else catalog
