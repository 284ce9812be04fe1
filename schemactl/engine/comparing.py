"""The use case that compares any two sides, texts or live databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from schemactl.changes import Change
from schemactl.dialect import Dialect, Server, SourceText, find
from schemactl.diff import (
    Scope,
    adopt_names,
    framed,
    made_whole,
    with_renames,
    with_told_renames,
    with_unstated_access,
    within,
    without_changes,
)
from schemactl.engine.document import NEWEST, Linted, document
from schemactl.engine.looking import inspect, refuse_unsupported
from schemactl.engine.planning import plan
from schemactl.engine.targets import Target, connected
from schemactl.errors import UsageError
from schemactl.lint.settings import LintSettings
from schemactl.manner import Manner, Online
from schemactl.model import Catalog, Schema
from schemactl.plan import Plan, fingerprint
from schemactl.plan.document import Transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What is minded of texts, as a Target says it of a live database: see there."""

    scope: Scope = field(default_factory=Scope)
    skip: frozenset[str] = frozenset()
    transactions: Transactions = Transactions.FEW
    renames: tuple[tuple[str, str], ...] = ()


def diff(
    origin: Target | Sequence[SourceText],
    goal: Target | Sequence[SourceText],
    *,
    dialect: str | None = None,
    version: tuple[int, ...] | None = None,
    lint: LintSettings | None = None,
    column_order: bool = False,
    manner: Manner | None = None,
    care: Care | None = None,
    between: Callable[[Catalog, Catalog], None] | None = None,
) -> Plan:
    """The plan that leads from one side to the other. Needs no server where both sides are texts.

    `version` is that of the server that it is for; the newest, where none is said. Without a `manner` the plan is the
    shortest: nothing is known of sizes, and nobody waits. `care` is of two texts. `between`: as of `plan`.
    """
    if isinstance(origin, Target) and not isinstance(goal, Target):
        return plan(origin, goal, between=between)
    speaks = next((side.dialect for side in (origin, goal) if isinstance(side, Target)), None) or find(
        dialect or "postgresql"
    )
    if dialect and find(dialect) is not speaks:
        raise UsageError(f"--dialect {dialect} does not fit a {speaks.name} database")
    care = care or Care()
    if isinstance(goal, Target):
        default = speaks.default_schema or _default_schema(goal)
        after, notes = made_whole(_side(goal, speaks, default, None))
        before = start = _side(origin, speaks, default, None, frame=after)
        renames: list[Change] = []
    else:
        scope = care.scope
        default = scope.schemas[0] if len(scope.schemas) == 1 else speaks.default_schema
        before = within(_side(origin, speaks, default, None, agreed=scope.schemas), scope)
        wanted = with_told_renames(speaks.read(goal, default_schema=default), care.renames)
        wanted = speaks.respelled(wanted, before)
        start, renames = with_renames(wanted, before, speaks.renamed, scope)
        after = within(_side(goal, speaks, default, start, agreed=scope.schemas), scope)
        after, notes = without_changes(after, start, care.skip, places=wanted.places, column_order=column_order)
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
        notes=notes,
        column_order=column_order,
        transactions=care.transactions,
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
    agreed: Sequence[str] = (),
) -> Catalog:
    """One side of a comparison; `frame` is the other one, whose schemas a text need not create, as the `agreed` ones."""
    if isinstance(side, Target):
        actual = inspect(side)
        refuse_unsupported(side, actual)
        return actual
    desired = dialect.read(side, default_schema=default)
    other = against or Catalog()
    # The default schema is there, as the other side has it, but nobody has said a word of it.
    there = [replace(o, comment=None) for o in (frame or other).objects if isinstance(o, Schema) and o.name == default]
    catalog = framed(desired, replace(other, objects=tuple(there)) if frame else other, frame=[default, *agreed])
    catalog, _ = with_unstated_access(catalog, desired, other)
    if default and not any(isinstance(o, Schema) and o.name == default for o in catalog.objects):
        # Every new database has it, so a text need not say so.
        objects = (*catalog.objects, Schema(name=default))
        catalog = replace(catalog, objects=tuple(sorted(objects, key=lambda o: o.key)))
    return adopt_names(catalog, other) if against else catalog
