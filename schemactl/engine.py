"""The use cases: inspect, diff, plan, apply. The command line, the agent and the operator call nothing below this.

Each is a plain function over plain values. A `Target` says which database and what of it; sources are texts that were
read already, so that the engine touches no files.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from schemactl import __version__
from schemactl.apply import Course, Event, Outcome, Signals, counted, execute, look_first
from schemactl.changes import Change, Rename
from schemactl.devdb import SCRATCH, Address, Claim, Ground, Way, check_version, opened, prove
from schemactl.dialect import Dialect, HandsOver, Marks, Patience, Server, SourceText, find
from schemactl.diff import (
    Scope,
    adopt_names,
    diff_catalogs,
    framed,
    left_alone,
    likely_renames,
    with_foundations,
    with_live_extensions,
    with_publications_of_others,
    with_renames,
    with_renames_undone,
    with_told_renames,
    with_unstated_access,
    within,
    without_changes,
)
from schemactl.errors import (
    ImpossibleError,
    LockError,
    NotApprovedError,
    NotProvedError,
    Place,
    PlanError,
    ReadOnlyError,
    RefusedError,
    RefutedError,
    SchemactlError,
    StalePlanError,
    UnreachableError,
    UnsupportedObjectsError,
    UsageError,
)
from schemactl.lint.rule import Subject
from schemactl.lint.run import findings
from schemactl.lint.settings import LintSettings
from schemactl.manner import Manner, Online
from schemactl.model import Catalog, Desired, Kind, ObjectKey, Schema
from schemactl.plan import Finding, Plan, fingerprint, ordered
from schemactl.plan.document import Group, Transactions, Verdict, grouped, sealed, sizes_of, with_proof, without_checks
from schemactl.policy import Policy, judge
from schemactl.policy.judge import named
from schemactl.steps import Hazard, placeholders
from schemactl.urls import DatabaseUrl
from schemactl.wording import few

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["SCRATCH", "Event", "Outcome", "Plan", "Target", "apply", "apply_plan", "diff", "inspect", "plan", "target"]

TOOL = f"schemactl {__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A live database and the part of it that is in care. `display` is its URL without a password.

    `column_order`: where columns stand is a difference too. `dev` says where a database of nobody's is to be had: it is
    asked what the user may not ask on the target itself, and plans are proved on it. `skip` are kinds of changes that are
    left out of plans (`drop_column`), `renames` old and new paths of things that no hint in the text tells of.
    """

    dialect: Dialect
    engine: Engine
    display: str
    scope: Scope
    redact: Callable[[str], str]
    column_order: bool = False
    manner: Manner = field(default_factory=Manner)
    dev: Address | None = None
    lint: LintSettings = field(default_factory=LintSettings)
    skip: frozenset[str] = frozenset()
    transactions: Transactions = Transactions.FEW
    renames: tuple[tuple[str, str], ...] = ()


def target(
    url: str | DatabaseUrl | Engine,
    *,
    schemas: Sequence[str] = (),
    exclude: Sequence[str] = (),
    include: Sequence[str] = (),
    column_order: bool = False,
    manner: Manner | None = None,
    dev: Address | str | None = None,
    lint: LintSettings | None = None,
    skip: frozenset[str] = frozenset(),
    transactions: Transactions = Transactions.FEW,
    renames: Sequence[tuple[str, str]] = (),
    application_name: str = "schemactl",
) -> Target:
    """A target by URL, or by an engine of the caller's own. Connects to nothing yet.

    `?search_path=app` in a URL limits the scope to that schema, as in Atlas. Raises UrlError and UsageError.
    """
    engine = None
    if isinstance(url, str):
        url = DatabaseUrl.parse(url)
    elif not isinstance(url, DatabaseUrl):
        engine, url = url, DatabaseUrl.parse(url.url.render_as_string(hide_password=False))
    dialect, manner = _able(find(url.dialect_name), column_order=column_order), manner or Manner()
    _known_placeholders(dialect, manner)
    if engine is None:
        address = url.url
        if url.search_path and not schemas:
            schemas = [name.strip() for name in url.search_path.split(",")]
        elif len(schemas) == 1 and not url.search_path:
            # Unqualified names in the desired text mean this schema, in expressions too.
            address = address.update_query_dict({"search_path": f'"{schemas[0]}",public'})
        engine = dialect.engine(address, application_name=application_name)
    return Target(
        dialect=dialect,
        engine=engine,
        display=str(url),
        scope=Scope.of(schemas, exclude, include),
        redact=url.redact,
        column_order=column_order,
        manner=manner,
        dev=_other(dev, url),
        lint=lint or LintSettings(),
        skip=skip,
        transactions=transactions,
        renames=tuple(renames),
    )


def _other(dev: Address | str | None, target: DatabaseUrl) -> Address | None:
    """The dev database, which is never the target. Raises UsageError."""
    if isinstance(dev, str):
        dev = Address.parse(dev)
    if dev is None or dev.url is None:
        return dev
    if (dev.url.hosts, dev.url.database) == (target.hosts, target.database):
        raise UsageError("the dev database is the target itself", hint="name another one, or scratch")
    if find(dev.url.dialect_name) is not find(target.dialect_name):
        raise UsageError(f"the dev database is {dev.url.dialect_name}, and the target {target.dialect_name}")
    return dev


@contextmanager
def _aside(target: Target, connection: Connection) -> Iterator[Connection | None]:
    """A connection to the dev database, where there is one and the dialect has a use for it."""
    if target.dev is None or not target.dialect.asks_aside:
        yield None
    elif target.dev.way is Way.URL and target.dev.url is not None:
        # That very database: nothing that is not temporary is made in it.
        engine = target.dialect.engine(target.dev.url.url, application_name="schemactl")
        with engine.connect() as aside:
            if target.dialect.meets(connection, aside).database:
                raise UsageError("the dev database is the target itself", hint="name another one, or scratch")
            check_version(target.dev, target.dialect.server(aside), target.dialect.server(connection))
            yield aside
    else:
        with opened(target.dev, dialect=target.dialect, engine=target.engine, connection=connection) as dev:
            yield dev.connection


def _able(dialect: Dialect, *, column_order: bool) -> Dialect:
    if column_order and not dialect.moves_columns:
        raise UsageError(
            f"{dialect.name} cannot move a column",
            hint="leave out --column-order, or column_order in a manifest: new columns come behind the others",
        )
    return dialect


def without_dev(target: Target) -> Target:
    """The same target with no dev database."""
    return replace(target, dev=None)


def dev_is_away(target: Target) -> str:
    """Why the dev database does not answer, without a secret; empty where it does, or is yet to be made."""
    if target.dev is None or target.dev.url is None:
        return ""
    engine = target.dialect.engine(target.dev.url.url, application_name="schemactl")
    try:
        with engine.connect() as connection:
            connection.invalidate()
    except Exception as error:
        meaning = target.dialect.error(error, doing=f"while talking to the dev database {target.dev}")
        if meaning is None:
            raise
        return target.dev.redact(meaning.message)
    return ""


def mark(target: Target) -> str:
    """A short text that changes whenever anything changes that an inspection would see, got by one query.

    Empty where the dialect knows of none: then only an inspection can tell. Changes nothing.
    """
    if not isinstance(target.dialect, Marks):
        return ""
    with _connected(target) as connection:
        return target.dialect.mark(connection)


def inspect(target: Target) -> Catalog:
    """What is live and in scope, with what cannot be held in `unsupported`."""
    with _connected(target) as connection:
        target.dialect.server(connection)
        return _inspect(target, connection)


def plan(
    target: Target,
    sources: Sequence[SourceText],
    *,
    proved: bool = False,
    checked: bool = False,
    patience: Patience | None = None,
    between: Callable[[Catalog, Catalog], None] | None = None,
) -> Plan:
    """The plan that makes the target equal to the sources. Changes nothing.

    `between` is told of the catalogs that the plan leads between, for those who show more than steps. Where its rows are to be `checked`, those that the plan does not suit are counted, whatever the dialect.
    Where it is to be `proved`, its `proof` says what came of that. Raises RefutedError, which has the plan.
    """
    desired = _read_early(target, sources)
    with _connected(target) as connection:
        made = _made(target, connection, sources, desired)
        if between is not None:
            between(made.way.start, made.way.goal)
        seconds = patience.plan_check_timeout if patience else None
        made = replace(made, plan=counted(target.dialect, connection, made.plan, asked=checked, seconds=seconds))
        return _proved(target, connection, made, sources, desired) if proved else made.plan


def undo(target: Target, sources: Sequence[SourceText]) -> Plan:
    """The plan that would lead back from the sources to what is live now. Changes nothing.

    It is there to be read: of what the plan itself deletes it brings the definition back, not the rows, and its notes
    say of what.
    """
    early = _read_early(target, sources)
    with _connected(target) as connection:
        way = _way(target, connection, sources, early)
        there = _plan_of(target, connection, way)
        # The same server, with the same ways of its version.
        goal = replace(way.goal, surroundings=way.actual.surroundings)
        back, renames = with_renames_undone(goal, way.renames, target.dialect.renamed)
        lost = sorted({step.object for step in there.steps if step.needs_consent})
        notes = tuple(f"what the plan loses of {name} does not come back" for name in lost)
        return without_checks(
            _document(
                target.dialect,
                way.server,
                back,
                way.actual,
                manner=_manner(target, connection, (), changed=not there.is_empty),
                digest=fingerprint(way.actual),
                renames=renames,
                notes=notes,
                column_order=target.column_order,
            )
        )


def apply(
    target: Target,
    sources: Sequence[SourceText],
    *,
    proved: bool = False,
    checked: bool = False,
    allow: frozenset[Hazard] = frozenset(),
    policy: Policy | None = None,
    approve: Callable[[Plan], bool] | None = None,
    attended: bool = True,
    patience: Patience | None = None,
    progress: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
    cancel: threading.Event | None = None,
) -> Outcome:
    """Plan, ask, and carry out. `stop` ends it before the next step, `cancel` in the midst of one; what stands is told.

    Where its rows are to be `checked`, they are whatever the dialect: RowsError is raised for those that it does not suit.
    Raises RefutedError and NotProvedError for a plan that is to be `proved` and is not; RefusedError where the policy
    refuses a hazard of the plan that is not in `allow`; NotApprovedError where `approve` says no, or the plan needs an
    approval that nobody gave; StalePlanError where the database moved between that yes and the lock. Without `approve`,
    the plan is made anew under the lock instead. `attended`: a person says what `approve` says, so that its yes is an
    approval of this very plan.
    """
    asked = _Asked.of(policy, allow, approve, attended=attended)
    patience = patience or Patience()
    progress = progress or _silent
    start = time.monotonic()
    progress(Event(kind="planning"))
    desired = _read_early(target, sources)
    run = _Execution(target, patience, progress, _signals(stop, cancel), start, checked)

    def looked_again(connection: Connection) -> Plan:
        return _made(target, connection, sources, desired).plan

    with _finding_out(run, looked_again), _connected(target) as connection:

        def looked_into(found: _Made) -> Plan:
            found = replace(found, plan=counted(target.dialect, connection, found.plan, asked=checked))
            return _required(_proved(target, connection, found, sources, desired, stop)) if proved else found.plan

        made = looked_into(_made(target, connection, sources, desired))
        if made.is_empty:
            return Outcome(plan=made, steps_done=0, seconds=time.monotonic() - start)
        asked.about(made)

        def again() -> Plan:
            found = _made(target, connection, sources, desired)
            if found.plan.digest == made.digest:
                return made
            if approve is not None or asked.policy.approved:
                raise _with_plan(
                    StalePlanError("the database changed while the plan waited", hint="plan again and read it"), made
                )
            fresh = looked_into(found)
            asked.about(fresh)
            return fresh

        with _placed(desired[1]):
            return run.carry_out(connection, again)


def apply_plan(
    target: Target,
    plan: Plan,
    *,
    proved: bool = False,
    checked: bool = False,
    allow: frozenset[Hazard] = frozenset(),
    policy: Policy | None = None,
    approve: Callable[[Plan], bool] | None = None,
    attended: bool = True,
    patience: Patience | None = None,
    progress: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
    cancel: threading.Event | None = None,
) -> Outcome:
    """Carry out a plan made earlier. Raises StalePlanError unless the database is just what it was then.

    One that is to be `proved` must have been, when it was made: else RefutedError and NotProvedError are raised.
    The rest is as of `apply`.
    """
    if proved:
        _required(plan)
    asked = _Asked.of(policy, allow, approve, attended=attended)
    signals = _signals(stop, cancel)
    run = _Execution(target, patience or Patience(), progress or _silent, signals, time.monotonic(), checked)
    with _finding_out(run, None), _connected(target) as connection:
        server = target.dialect.server(connection)
        if plan.dialect != target.dialect.name:
            raise StalePlanError(f"the plan is for {plan.dialect}, the database is {target.dialect.name}")
        if not plan.is_empty:
            asked.about(plan)

        def same() -> Plan:
            actual = _inspect(target, connection)
            if fingerprint(actual) != plan.fingerprint or plan.server_version != _version(server):
                raise _with_plan(
                    StalePlanError("the database is not the one that the plan was made for", hint="plan again"), plan
                )
            return plan

        return run.carry_out(connection, same)


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
    return _document(
        speaks,
        server,
        start,
        after,
        manner=manner or Manner(online=Online.NEVER),
        digest=fingerprint(after),
        mark=fingerprint(before),
        renames=renames,
        column_order=column_order,
        lint=_Linted(
            settings=lint or LintSettings(), sources=texts, places={} if isinstance(goal, Target) else wanted.places
        ),
    )


#: Stands for the version of a server that nobody asked: the newest syntax may be used.
NEWEST = (999,)


def _default_schema(target: Target) -> str:
    with _connected(target) as connection:
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
        _refuse_unsupported(side, actual)
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


@contextmanager
def _connected(target: Target) -> Iterator[Connection]:
    """A connection whose driver errors come out as ours, without secrets."""
    try:
        with target.engine.connect() as connection:
            try:
                yield connection
            finally:
                # A caller's pool must not get back a session whose settings are ours: close it for good.
                connection.invalidate()
    except Exception as error:
        meaning = target.dialect.error(error, doing=f"while talking to {target.display}")
        if meaning is None:
            raise
        meaning.message = target.redact(meaning.message)
        meaning.args = (meaning.message,)
        raise meaning from None


@contextmanager
def _placed(desired: Desired | None) -> Iterator[None]:
    """An error that names an object comes out with the place where the object was written."""
    try:
        yield
    except SchemactlError as error:
        if desired is not None and error.place is None and error.subject:
            error.place = next((place for key, place in desired.places.items() if str(key) == error.subject), None)
        raise


def _inspect(target: Target, connection: Connection) -> Catalog:
    catalog = target.dialect.inspect(connection, schemas=target.scope.schemas or None)
    connection.rollback()
    return within(catalog, target.scope)


def _expected_schema(target: Target) -> str:
    return target.scope.schemas[0] if len(target.scope.schemas) == 1 else target.dialect.default_schema


Early = tuple[str, Desired | None]


def _read_early(target: Target, sources: Sequence[SourceText]) -> Early:
    """The desired schema, read before anything is connected to: an error in it needs no server to be found.

    None where only a server can tell what the text means.
    """
    schema = _expected_schema(target)
    if target.dialect.reads_for_server:
        return schema, None
    return schema, target.dialect.read(sources, default_schema=schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """From the live catalog, as it is once the `renames` are done, to the desired one."""

    server: Server
    sources: Sequence[SourceText]
    actual: Catalog
    start: Catalog
    goal: Catalog
    renames: list[Change]
    notes: tuple[str, ...]
    desired: Desired


def _way(target: Target, connection: Connection, sources: Sequence[SourceText], early: Early) -> _Way:
    server = target.dialect.server(connection)
    schema, desired = early
    default = schema if len(target.scope.schemas) == 1 else server.default_schema
    if desired is None or default != schema:
        desired = target.dialect.read(sources, default_schema=default, server=server)
    actual = _inspect(target, connection)
    _refuse_unsupported(target, actual)
    desired = target.dialect.respelled(with_told_renames(desired, target.renames), actual)
    start, renames = with_renames(desired, actual, target.dialect.renamed, target.scope)
    goal, notes = _goal(target, connection, desired, start, default)
    goal, skipped = without_changes(goal, start, target.skip, places=desired.places, column_order=target.column_order)
    notes += skipped
    return _Way(
        server=server,
        sources=sources,
        actual=actual,
        start=start,
        goal=goal,
        renames=renames,
        notes=notes,
        desired=desired,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A plan, and the way that it goes."""

    plan: Plan
    way: _Way


def _made(target: Target, connection: Connection, sources: Sequence[SourceText], early: Early) -> _Made:
    way = _way(target, connection, sources, early)
    return _Made(plan=_plan_of(target, connection, way), way=way)


def _plan_of(target: Target, connection: Connection, way: _Way) -> Plan:
    changed = bool(way.renames) or way.goal.objects != way.start.objects
    manner = _manner(target, connection, way.renames, changed=changed)
    with _placed(way.desired):
        return _document(
            target.dialect,
            way.server,
            way.start,
            way.goal,
            manner=manner,
            digest=fingerprint(way.desired.catalog),
            mark=fingerprint(way.actual),
            renames=way.renames,
            notes=way.notes,
            column_order=target.column_order,
            lint=_Linted(settings=target.lint, sources=way.sources, places=way.desired.places),
            transactions=target.transactions,
        )


def _proved(
    target: Target,
    connection: Connection,
    made: _Made,
    sources: Sequence[SourceText],
    early: Early,
    stop: threading.Event | None = None,
) -> Plan:
    """The plan with its proof. Raises RefutedError."""
    if made.plan.is_empty:
        return made.plan
    place = Ground(
        dialect=target.dialect,
        engine=target.engine,
        connection=connection,
        scope=target.scope,
        address=target.dev,
        column_order=target.column_order,
    )
    there = replace(target, dev=None)
    subject = Claim(
        plan=made.plan,
        actual=made.way.actual,
        goal=made.way.goal,
        again=lambda dev: _made(there, dev, sources, early).plan,
    )
    plan = with_proof(made.plan, prove(place, subject, stop=stop))
    if plan.proof is not None and plan.proof.verdict is Verdict.REFUTED:
        raise _refuted(plan, plan.proof.why)
    return plan


def _required(plan: Plan) -> Plan:
    """The plan, where it was proved. Raises RefutedError and NotProvedError."""
    proof = plan.proof
    if plan.is_empty or (proof is not None and proof.verdict is Verdict.PROVED and proof.plan == plan.digest):
        return plan
    if proof is None:
        why = "it carries no proof"
    elif proof.plan != plan.digest:
        why = "its proof is of another plan"
    elif proof.verdict is Verdict.REFUTED:
        raise _refuted(plan, proof.why)
    else:
        why = proof.why
    raise _with_plan(NotProvedError(f"the plan is not proved: {why}", hint="nothing was changed"), plan)


def _refuted(plan: Plan, why: str) -> PlanError:
    return _with_plan(RefutedError(f"the plan is refuted: {why}", hint="nothing was changed; please report it"), plan)


def _manner(target: Target, connection: Connection, renames: Sequence[Change], *, changed: bool) -> Manner:
    """The target's manner, with the sizes of its tables by the keys that they have after the `renames`."""
    if not changed:
        return target.manner
    found = target.dialect.sizes(connection)
    for rename in renames:
        if isinstance(rename, Rename) and rename.new.kind in (Kind.SCHEMA, Kind.TABLE, Kind.VIEW):
            found = {_under(key, rename.key, rename.new): size for key, size in found.items()}
    return replace(target.manner, sizes=found)


def _under(key: ObjectKey, old: ObjectKey, new: ObjectKey) -> ObjectKey:
    """The key of a table once `old` is `new`."""
    if old.kind is Kind.SCHEMA:
        return replace(key, schema=new.name) if key.schema == old.name else key
    return new if key == old else key


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
        with _placed(desired), _aside(target, connection) as aside:
            catalog = adopt_names(dialect.confirm(connection, catalog, actual, aside=aside), actual)
        connection.rollback()
    return catalog, tuple(notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Linted:
    """What lint rules are told beside the plan: the desired text, and where in it things stand."""

    settings: LintSettings
    sources: Sequence[SourceText]
    places: Mapping[ObjectKey, Place]

    def findings(self, dialect: Dialect, subject: Subject) -> tuple[Finding, ...]:
        return findings(dialect, subject, self.settings, sources=self.sources, places=self.places)


def _document(
    dialect: Dialect,
    server: Server,
    actual: Catalog,
    goal: Catalog,
    *,
    manner: Manner,
    digest: str,
    mark: str | None = None,
    renames: Sequence[Change] = (),
    notes: tuple[str, ...] = (),
    column_order: bool = False,
    lint: _Linted | None = None,
    transactions: Transactions = Transactions.FEW,
) -> Plan:
    """`digest` is of the desired catalog as it was read: it must not depend on what is live.

    `mark` is the fingerprint of the live catalog, where `actual` is as it will be after the `renames`.
    """
    compared = diff_catalogs(actual, goal, column_order=column_order)
    notes += likely_renames(compared, desired=goal, actual=actual)
    changes = [*renames, *compared]
    steps = ordered(dialect.steps(changes, desired=goal, actual=actual, server=server, manner=manner))
    subject = Subject(
        dialect=dialect.name,
        version=server.version,
        changes=changes,
        steps=steps,
        before=actual,
        after=goal,
        small=frozenset(key for key in manner.sizes if manner.is_small(key)),
    )
    return sealed(
        Plan(
            tool=TOOL,
            dialect=dialect.name,
            server_version=_version(server),
            database=server.database,
            fingerprint=mark or fingerprint(actual),
            desired_digest=digest,
            groups=(groups := _cut(grouped(steps, transactions), transactions)),
            sizes=sizes_of(groups, manner),
            notes=notes,
            findings=lint.findings(dialect, subject) if lint else (),
        )
    )


def _cut(groups: tuple[Group, ...], transactions: Transactions) -> tuple[Group, ...]:
    """Raises ImpossibleError where all shall stand or fall together, and cannot."""
    if transactions is not Transactions.ONE or len(groups) <= 1:
        return groups
    alone = next((it for it in groups if not it.transactional), groups[-1])
    what = alone.steps[0]
    raise ImpossibleError(
        f"the plan cannot run in one transaction: {what.action} {what.object}"
        f" {'commits with those before it' if alone.transactional else 'commits by itself'}",
        subject=what.object,
        hint="let the plan have as many transactions as it needs (txMode: file), or change the schema in several steps",
    )


def _version(server: Server) -> str:
    return "" if server.version == NEWEST else ".".join(str(n) for n in server.version)


def _refuse_unsupported(target: Target, actual: Catalog) -> None:
    if not actual.unsupported:
        return
    named = [f"{u.key.path} ({u.what})" for u in actual.unsupported]
    raise UnsupportedObjectsError(
        f"the database holds what cannot be managed yet: {few(named, 10)}",
        subject=named[0],
        hint=f"leave it out of care: --exclude '{actual.unsupported[0].key.path}'",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The policy of one apply, and whoever says yes to its plan."""

    policy: Policy
    approve: Callable[[Plan], bool] | None
    attended: bool

    @classmethod
    def of(
        cls,
        policy: Policy | None,
        allow: frozenset[Hazard],
        approve: Callable[[Plan], bool] | None,
        *,
        attended: bool,
    ) -> _Asked:
        policy = policy or Policy()
        return cls(policy=replace(policy, allowed=policy.allowed | allow), approve=approve, attended=attended)

    def about(self, plan: Plan) -> None:
        """Raises RefusedError, NotApprovedError or StalePlanError for a plan that must not run."""
        if self.policy.approved and self.policy.approved != plan.digest:
            raise _with_plan(
                StalePlanError(
                    f"another plan was approved: this one is sha256:{plan.digest}",
                    hint="read this plan, and approve it or plan again",
                ),
                plan,
            )
        verdict = judge(plan, self.policy)
        if verdict.refused:
            what = "can lose data and this was not allowed" if verdict.only_data_loss else "is refused by the policy"
            subject = verdict.refused[0].step.object
            raise _with_plan(
                RefusedError(f"the plan {what}: {named(verdict.refused)}", subject=subject, hint=verdict.remedy), plan
            )
        by_person = self.approve is not None and self.attended
        if verdict.to_approve and not by_person:
            subject = verdict.to_approve[0].step.object
            message = f"the policy wants an approval of exactly this plan: {named(verdict.to_approve)}"
            raise _with_plan(NotApprovedError(message, subject=subject, hint=verdict.remedy), plan)
        if self.approve is not None and not verdict.approved and not self.approve(plan):
            raise _with_plan(NotApprovedError("the plan was not approved", hint="nothing was changed"), plan)


def _with_plan(error: PlanError, plan: Plan) -> PlanError:
    error.plan = plan
    return error


@dataclass(frozen=True, slots=True)
class _Execution:
    """One run: `start` is when it began, `course` how far it has come; rows are `checked` whatever the dialect."""

    target: Target
    patience: Patience
    progress: Callable[[Event], None]
    signals: Signals
    start: float
    checked: bool = False
    course: Course = field(default_factory=Course)

    def carry_out(self, connection: Connection, final: Callable[[], Plan]) -> Outcome:
        dialect = self.target.dialect
        if dialect.server(connection).read_only:
            raise ReadOnlyError(
                f"{self.target.display} takes no changes", hint="connect to the primary, or end its read-only mode"
            )
        self.progress(Event(kind="waiting", message="for the lock"))
        with dialect.lock(connection, self.patience):
            plan = final()
            _programs_are_ours(self.target, plan)
            dialect.prepare(connection, self.patience)
            look_first(dialect, connection, plan, self.patience, asked=self.checked)
            execute(
                dialect,
                connection,
                plan,
                patience=self.patience,
                progress=self.progress,
                signals=self.signals,
                course=self.course,
            )
        return Outcome(plan=plan, steps_done=self.course.done, seconds=time.monotonic() - self.start)


def _signals(stop: threading.Event | None, cancel: threading.Event | None) -> Signals:
    return Signals(stop=stop or threading.Event(), cancel=cancel or threading.Event())


#: Seconds for which a server that went away in the midst of a run is waited for, and between two tries.
SERVER_RETURNS = 30.0
_BETWEEN = 0.5


@contextmanager
def _finding_out(run: _Execution, plan_again: Callable[[Connection], Plan] | None) -> Iterator[None]:
    """An error of a run that had begun comes out with what stands.

    Where the connection was lost while the server committed, that is looked for, over a new connection.
    """
    try:
        yield
    except SchemactlError as error:
        course = run.course
        if not course.total:
            raise
        error.stands = course.words()
        if course.unsure:
            error.stands += f": {_looked_for(run, plan_again)}"
        elif course.done and plan_again is None:
            error.stands += "; the saved plan fits no more: make a new one"
        raise


def _looked_for(run: _Execution, plan_again: Callable[[Connection], Plan] | None) -> str:
    """What a new plan says of the steps in hand. The lock is ours only once the lost session is over."""
    if plan_again is None:
        return "whether it stands is not known: make a new plan, which has what is left"
    deadline = time.monotonic() + SERVER_RETURNS
    while True:
        try:
            with _connected(run.target) as connection, run.target.dialect.lock(connection, run.patience):
                left = plan_again(connection)
            break
        except UnreachableError:
            if time.monotonic() > deadline or run.signals.stop.wait(_BETWEEN):
                return (
                    "whether it stands is not known, for the server does not answer: run again, it goes on from there"
                )
        except LockError:
            return "whether it stands is not known, for the server still works on it: run again once that is over"
        except SchemactlError as error:
            return f"whether it stands could not be found out ({error.message}): run again, it goes on from there"
    if left.is_empty:
        return "looked at again, all steps stand, and nothing is left to do"
    statements = {step.sql for step in left.steps}
    group = run.course.group
    whole = group is not None and not any(step.sql in statements for step in group.steps)
    what = "it stands" if whole else "it does not stand"
    count = len(left.steps)
    return f"looked at again, {what}; {count} {'step is' if count == 1 else 'steps are'} left: run again to go on"


def _programs_are_ours(target: Target, plan: Plan) -> None:
    """A file is no place to take programs from: raises UsageError for one that the target's manner does not name."""
    for step in plan.steps:
        if step.handover is not None and step.handover.command != target.manner.copy_with:
            raise UsageError(
                f"the plan hands {step.object} over to a program that --copy-with does not name:"
                f" {' '.join(step.handover.command)}",
                hint="nothing was changed: give the same --copy-with as for the plan, or plan again",
            )


def _known_placeholders(dialect: Dialect, manner: Manner) -> None:
    """Raises UsageError for a command of programs that the dialect cannot fill in."""
    if not manner.copy_with:
        return
    if not isinstance(dialect, HandsOver):
        raise UsageError(f"--copy-with is not for {dialect.name}: no table is copied there that others write to")
    known = dialect.placeholders | {"alter", "schema", "table"}
    for name in placeholders(manner.copy_with):
        if name not in known:
            listed = ", ".join(f"{{{it}}}" for it in sorted(known))
            raise UsageError(
                f"--copy-with has a placeholder {{{name}}} that nothing is known for", hint=f"known: {listed}"
            )


def _silent(_: Event) -> None:
    pass
