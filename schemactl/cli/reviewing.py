"""How a target of a review gets its plan: an environment, or an AtlasSchema of the tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from schemactl import engine
from schemactl.cli.environments import Environment
from schemactl.cli.manifests import Declared, Pair, Way
from schemactl.cli.run import Run
from schemactl.devdb import Address
from schemactl.dialect import Patience, SourceText
from schemactl.diff import Scope
from schemactl.errors import (
    MissingReferenceError,
    RefusedError,
    RefutedError,
    SchemactlError,
    UnreachableError,
    UrlError,
    UsageError,
)
from schemactl.model import Catalog
from schemactl.plan import Plan
from schemactl.policy import Policy
from schemactl.reconcile import Inputs, approval, care_of, manner_of, target_of
from schemactl.resource import APPROVED_PLAN, lint_of, rules
from schemactl.review.diagram import diagram
from schemactl.review.model import Basis, Reviewed, Ruling
from schemactl.sources import git, load
from schemactl.sources.words import FileSource, classify
from schemactl.urls import DatabaseUrl

#: Who is told of the catalogs that a plan leads between; and what makes a plan, and tells that one.
Between = Callable[[Catalog, Catalog], None]
Make = Callable[[Between], Plan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of all targets. `offline`: True asks no database, False insists on it; None does what can be done.

    `base` is the commit that the change begins at, empty where none is known; `seconds` are for each count of rows.
    """

    run: Run
    offline: bool | None
    base: str
    proved: bool = False
    checked: bool = False
    seconds: float | None = None
    dialect: str | None = None
    artifacts: Path | None = None
    #: Many targets have the same desired schema.
    readings: engine.Readings = field(default_factory=engine.Readings)

    @property
    def patience(self) -> Patience:
        return Patience() if self.seconds is None else Patience(plan_check_timeout=self.seconds)


def of_environment(asked: Asked, it: Environment) -> Reviewed:
    """What is in the way of its plan is said in its place, and the others go on."""
    basis = Basis.BASE if asked.offline else Basis.LIVE
    try:
        if asked.offline:
            plan, drawn = _made(lambda between: _environment_from_base(asked.base, it, between))
        else:
            if not it.ours:
                _require_no_files_of_ours(it.urls)
            plan, drawn = _made(lambda between: _live(asked, it.target(), tuple(load(it.sources)), between))
    except SchemactlError as error:
        return _failed(asked, it.name, it.policy, basis, error)
    artifact = _artifact(asked, it.name, plan)
    return Reviewed(
        name=it.name, plan=plan, policy=it.policy, basis=basis, notes=it.notes, diagram=drawn, artifact=artifact
    )


def of_resource(asked: Asked, it: Pair) -> Reviewed:
    """As of an environment. Where its database is not known or not reached from here, from the base of the change."""
    after = it.after
    if after is None:
        return Reviewed(name=it.name, policy=Policy(), change=it.way)
    basis = Basis.BASE
    try:
        texts = after.readable
        inputs, unseen = _reachable(asked, it, after)
        if inputs is not None:
            basis = Basis.LIVE
            asked.run.urls += _urls(inputs)
            try:
                plan, drawn = _made(lambda between: _resource_live(asked, after, inputs, between))
            except UnreachableError as error:
                if asked.offline is False or not asked.base:
                    raise
                basis, unseen = Basis.BASE, error.message
        if basis is Basis.BASE:
            plan, drawn = _made(lambda between: _resource_from_base(asked, it, texts, between))
    except SchemactlError as error:
        return _failed(asked, it.name, Policy(), basis, error, change=it.way)
    policy, ruled = ruling(plan, after, basis)
    return Reviewed(
        name=it.name,
        plan=plan,
        policy=policy,
        ruling=ruled,
        basis=basis,
        change=it.way,
        unseen=asked.run.redact(unseen),
        notes=tuple(_notes(it, after, basis, ruled)),
        diagram=drawn,
        artifact=_artifact(asked, it.name, plan),
    )


def ruling(plan: Plan, of: Declared, basis: Basis, *, approved: bool = False) -> tuple[Policy, Ruling]:
    """What the operator will do with the plan. `approved`: its manifest is about to say that it is."""
    spec = of.resource.spec
    policy = rules(spec)
    try:
        approval.require_allowed(plan, spec, of.resource.name)
    except RefusedError as error:
        return policy, Ruling(refused=error.message, remedy=error.hint)
    waits = approval.wanted(plan, spec)
    approved = approved or approval.approved_digest(of.resource) == plan.digest
    approved = approved and bool(waits) and basis is Basis.LIVE
    return (
        replace(policy, approved=plan.digest) if approved else policy,
        Ruling(waits=waits, approved=approved, approval=f'{APPROVED_PLAN}: "sha256:{plan.digest}"'),
    )


def file_of(artifacts: Path, name: str) -> Path:
    """Where the plan of a target is kept."""
    return artifacts / f"{''.join(c if c.isalnum() or c in '._-' else '-' for c in name)}.json"


def _made(make: Make) -> tuple[Plan, str]:
    """The plan, also one that its proof refutes, and the diagram of what it changes."""
    catalogs: list[Catalog] = []
    try:
        plan = make(lambda before, after: catalogs.extend((before, after)))
    except RefutedError as error:
        plan = error.plan  # type: ignore[assignment]
    drawn = diagram(catalogs[0], catalogs[1]) if catalogs and not plan.is_empty else ""
    return plan, drawn


def _live(asked: Asked, target: engine.Target, texts: tuple[SourceText, ...], between: Between) -> Plan:
    return engine.plan(
        target,
        texts,
        proved=asked.proved,
        checked=asked.checked,
        patience=asked.patience,
        readings=asked.readings,
        between=between,
    )


def _environment_from_base(base: str, it: Environment, between: Between) -> Plan:
    before = []
    for word in it.sources:
        source = classify(word)
        if not isinstance(source, FileSource):
            raise UsageError(f"{word} is no file: --offline finds it in no other commit")
        there = git.before(git.parting(base, source.path), source.path)
        before += load([str(there)]) if there is not None else []
    return engine.diff(
        before,
        load(it.sources),
        dialect=it.options["dialect"],
        lint=it.lint,
        column_order=it.options["column_order"],
        manner=it.manner,
        care=engine.Care(scope=Scope.of(it.options["schema"], it.options["exclude"], it.options["include"])),
        between=between,
    )


def _reachable(asked: Asked, it: Pair, after: Declared) -> tuple[Inputs | None, str]:
    """What a live plan takes; or None, and why there is none, empty where nobody wants one. Raises SchemactlError."""
    if asked.offline:
        return None, ""
    if it.would_leak:
        why = "where its password goes is new in this change, and no secret is sent to where a change says"
        if not asked.base:
            why = "where its password goes may be new, for there is no base to compare with"
        if asked.offline is False or not asked.base:
            raise UsageError(
                why, hint="name the --base, where the credentials must be what they are here, or give no password"
            )
        return None, why
    try:
        return after.inputs(), ""
    except MissingReferenceError as error:
        if asked.offline is False or not asked.base:
            raise
        return None, error.message


def _urls(inputs: Inputs) -> list[DatabaseUrl]:
    """All that holds a password, so that no error shows one. Raises UrlError and UsageError."""
    dev = Address.parse(inputs.dev_url).url if inputs.dev_url else None
    return [DatabaseUrl.parse(inputs.url), *([dev] if dev is not None else [])]


def _resource_live(asked: Asked, after: Declared, inputs: Inputs, between: Between) -> Plan:
    _require_no_files_of_ours(_urls(inputs))
    target = target_of(after.resource.spec, inputs)
    if target.dev is not None and engine.dev_is_away(target):
        target = engine.without_dev(target)
    return _live(asked, target, inputs.sources, between)


#: Options by which libpq finds passwords in files, and variables from which it takes them: it sends them to any host.
_ELSEWHERE = frozenset({"passfile", "service", "servicefile"})
_OURS = ("PGPASSWORD", "PGSERVICE", "PGSERVICEFILE", "PGPASSFILE")


def _require_no_files_of_ours(urls: Sequence[DatabaseUrl]) -> None:
    """Of URLs that the change names. Raises UrlError."""
    for url in urls:
        if taken := sorted(_ELSEWHERE & {name for name, _ in url.query}):
            raise UrlError(f"the URL has the option {taken[0]}, by which it would take passwords that are kept here")


@contextmanager
def without_ours() -> Iterator[None]:
    """A host that a manifest names gets no password of whoever runs the review. Of the process: not for each thread."""
    kept = {name: os.environ.pop(name) for name in _OURS if name in os.environ}
    os.environ["PGPASSFILE"] = os.devnull
    try:
        yield
    finally:
        del os.environ["PGPASSFILE"]
        os.environ.update(kept)


def _resource_from_base(asked: Asked, it: Pair, texts: tuple[SourceText, ...], between: Between) -> Plan:
    assert it.after is not None
    if not asked.base:
        raise UsageError("there is no commit to start from", hint="name it: --base origin/main")
    spec = it.after.resource.spec
    url = it.after.url()
    scheme = url.dialect_name if url is not None else asked.dialect
    if url is None and spec.credentials is not None and spec.credentials.scheme:
        scheme = DatabaseUrl.parse(f"{spec.credentials.scheme}://").dialect_name
    if not scheme:
        raise UsageError(
            "nothing says which database it is for", hint="name it: --dialect postgresql, --dialect mysql or mariadb"
        )
    return engine.diff(
        it.before.readable if it.before is not None else (),
        texts,
        dialect=scheme,
        lint=lint_of(spec),
        column_order=spec.policy.diff.column_order,
        manner=manner_of(spec),
        care=care_of(spec, url),
        between=between,
    )


def _notes(it: Pair, after: Declared, basis: Basis, ruled: Ruling) -> list[str]:
    spec, found = after.resource.spec, []
    if spec.suspend:
        found.append("spec.suspend is true: nothing is done before it is taken away.")
    if it.before is not None and it.before.resource.spec.policy != spec.policy:
        found.append("The change says spec.policy anew, by which it is judged itself.")
    if it.way is Way.NEW and basis is Basis.BASE:
        found.append("The manifest is new: this is as for an empty database.")
    before = it.before.resource.spec if it.before is not None else spec
    if (before.url, before.url_from, before.credentials) != (spec.url, spec.url_from, spec.credentials):
        found.append("The change leads to the database in another way than before: it may be another one.")
    if ruled.waits and not ruled.approved and after.resource.metadata.approved_plan and basis is Basis.LIVE:
        found.append(
            "The digest that the manifest names is of another plan: of an earlier one, or of one that was overtaken."
        )
    return found


def _failed(asked: Asked, name: str, policy: Policy, basis: Basis, error: SchemactlError, change: str = "") -> Reviewed:
    where = f"{error.message} ({error.place})" if error.place else error.message
    said = asked.run.redact(where)
    return Reviewed(name=name, policy=policy, basis=basis, change=change, error=said, hint=asked.run.redact(error.hint))


def _artifact(asked: Asked, name: str, plan: Plan) -> str:
    wanted = asked.artifacts is not None and not plan.is_empty
    return file_of(asked.artifacts, name).as_posix() if wanted and asked.artifacts is not None else ""
