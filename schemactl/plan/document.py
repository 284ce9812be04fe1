"""The Plan document: what a reviewer reads, a file holds and an executor runs.

The digest is taken over everything else in canonical JSON, so that a plan that was reviewed is the plan that runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from enum import StrEnum

import msgspec

from schemactl.errors import PlanFileError
from schemactl.manner import Manner
from schemactl.steps import CHECKED_ROWS, Hazard, Step, filled

FORMAT_VERSION = 1


class PlannedLock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lock on `relation` (`schema.name`), in the server's words for its mode."""

    relation: str
    mode: str


class PlannedHazard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    hazard: Hazard
    message: str


class PlannedCheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query for the number of rows that the step does not suit, at most 1000, and what it is about them.

    Where `refused`, they would make the step fail; else they are changed. `found` is the number when the plan was made,
    null where it could not be told: `unknown` says why. Neither is part of the digest, for rows come and go.
    """

    sql: str
    finds: str
    hazard: Hazard
    refused: bool
    found: int | None = None
    unknown: str = ""

    @property
    def is_told(self) -> bool:
        """Whether there is anything to say: it found rows, or could not be told. None that nobody looked for is."""
        return bool(self.found) or bool(self.unknown)

    @property
    def words(self) -> str:
        """What it found: `3 rows of app.t: NULL in c`."""
        if self.found is None:
            return (
                f"not checked: {self.unknown}: rows {self.finds}" if self.unknown else f"not checked: rows {self.finds}"
            )
        number = f"{self.found} or more" if self.found >= CHECKED_ROWS else str(self.found)
        return f"{number} {'row' if self.found == 1 else 'rows'} {self.finds}"


class PlannedRight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A right that the step needs: on `schema`.`name`, on the whole schema, or on all."""

    privilege: str
    schema: str = ""
    name: str = ""


class PlannedHandover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program that is run in place of the statement. Its command has placeholders, of which three are given here."""

    command: tuple[str, ...]
    schema: str
    table: str
    alter: str

    @property
    def words(self) -> tuple[str, ...]:
        """The command with what is known when a plan is made: never a secret."""
        return filled(self.command, self.values)

    @property
    def values(self) -> dict[str, str]:
        return {"schema": self.schema, "table": self.table, "alter": self.alter}


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One statement. `object` reads `column public.users.email`; `action` is create, alter,
    drop, rename, comment, check or analyze, of which the last two leave the schema as it is.

    `patient`: it may wait for locks, since nobody has to wait behind it.
    """

    sql: str
    object: str
    action: str
    reason: str
    patient: bool = False
    locks: tuple[PlannedLock, ...] = ()
    hazards: tuple[PlannedHazard, ...] = ()
    checks: tuple[PlannedCheck, ...] = ()
    rights: tuple[PlannedRight, ...] = ()
    handover: PlannedHandover | None = None

    @property
    def needs_consent(self) -> frozenset[Hazard]:
        return frozenset(h.hazard for h in self.hazards if h.hazard.needs_consent)


class Finding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a lint rule has to say. `severity` is error or warn; `step` counts from 1, and is 0 where it is about no step.

    `file`, `line` and `column` are a place in the desired SQL: empty and 0 where that does not write of the thing.
    """

    code: str
    severity: str
    object: str
    message: str
    step: int = 0
    file: str = ""
    line: int = 0
    column: int = 0


class PlannedSize(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a relation (`schema.name`) holds: bytes of its rows, without indexes, and about how many rows."""

    relation: str
    bytes: int
    rows: int | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps that stand or fall together, where `transactional`; else one step that commits by itself."""

    transactional: bool
    steps: tuple[PlannedStep, ...]


class Verdict(StrEnum):
    PROVED = "proved"
    REFUTED = "refuted"
    NOT_PROVED = "not proved"


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of running the plan on a dev database that was made equal to the live one, but for its rows.

    `plan` is the digest of the plan that ran, `where` the server in words. `rebuilt` statements made the live schema
    there, `steps` of the plan were run, all in `seconds`. `why` says why it is not proved, or what refutes it.
    """

    verdict: Verdict
    plan: str
    where: str = ""
    rebuilt: int = 0
    steps: int = 0
    seconds: float = 0.0
    why: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way from one catalog to another.

    `fingerprint` is of the actual catalog that the plan starts from, `desired_digest` of the one it leads to; both
    are sha256 in hexadecimal, as is `digest`, which covers the whole document but itself, what was counted, and
    `findings`, which rest on settings and change nothing of what is run, and the `proof`, null where none was asked for. `sizes` are of the relations that steps lock and
    that are not small.
    """

    format_version: int = FORMAT_VERSION
    tool: str
    dialect: str
    server_version: str
    database: str
    fingerprint: str
    desired_digest: str
    groups: tuple[Group, ...] = ()
    sizes: tuple[PlannedSize, ...] = ()
    notes: tuple[str, ...] = ()
    proof: Proof | None = None
    findings: tuple[Finding, ...] = ()
    digest: str = ""

    @property
    def steps(self) -> tuple[PlannedStep, ...]:
        return tuple(step for group in self.groups for step in group.steps)

    @property
    def is_empty(self) -> bool:
        return not self.groups

    @property
    def needs_consent(self) -> frozenset[Hazard]:
        """The hazards that must be allowed by name before this plan may run."""
        return frozenset(h for step in self.steps for h in step.needs_consent)


def planned(step: Step) -> PlannedStep:
    """The part of a step that a document keeps."""
    return PlannedStep(
        sql=step.sql,
        object=str(step.key),
        action=step.action,
        reason=step.reason,
        patient=step.patient,
        locks=tuple(PlannedLock(relation=lock.relation, mode=lock.mode) for lock in step.locks),
        hazards=tuple(PlannedHazard(hazard=w.hazard, message=w.message) for w in step.hazards),
        checks=tuple(PlannedCheck(sql=c.sql, finds=c.finds, hazard=c.hazard, refused=c.refused) for c in step.checks),
        rights=tuple(PlannedRight(privilege=r.privilege, schema=r.schema, name=r.name) for r in step.rights),
        handover=PlannedHandover(**asdict(step.handover)) if step.handover is not None else None,
    )


def sizes_of(groups: Sequence[Group], manner: Manner) -> tuple[PlannedSize, ...]:
    """The sizes of what the steps lock, without those that are small."""
    locked = {lock.relation for group in groups for step in group.steps for lock in step.locks}
    return tuple(
        PlannedSize(relation=key.path, bytes=size.bytes, rows=size.rows)
        for key, size in sorted(manner.sizes.items())
        if key.path in locked and not manner.is_small(key)
    )


class Transactions(StrEnum):
    """How many transactions a plan has: as few as its steps allow, one for all of it, or one for each step."""

    FEW = "few"
    ONE = "one"
    EACH = "each"


def grouped(steps: Sequence[Step], transactions: Transactions = Transactions.FEW) -> tuple[Group, ...]:
    """Ordered steps cut into transactions: as few as the steps allow, or one for EACH."""
    groups: list[Group] = []
    run: list[PlannedStep] = []

    def close() -> None:
        if run:
            groups.append(Group(transactional=True, steps=tuple(run)))
            run.clear()

    for step in steps:
        if not step.transactional:
            close()
            groups.append(Group(transactional=False, steps=(planned(step),)))
        elif step.own_group or transactions is Transactions.EACH:
            close()
            groups.append(Group(transactional=True, steps=(planned(step),)))
        else:
            run.append(planned(step))
    close()
    return tuple(groups)


def sealed(plan: Plan) -> Plan:
    """The plan with its digest."""
    return msgspec.structs.replace(plan, digest=digest_of(plan))


def digest_of(plan: Plan) -> str:
    bare = msgspec.structs.replace(with_checks(plan, _uncounted), sizes=(), findings=(), proof=None, digest="")
    return hashlib.sha256(msgspec.json.encode(bare, order="deterministic")).hexdigest()


def with_steps(plan: Plan, change: Callable[[PlannedStep], PlannedStep]) -> Plan:
    """The plan with another step for each of its steps; its digest stays as it is."""
    groups = (msgspec.structs.replace(g, steps=tuple(change(step) for step in g.steps)) for g in plan.groups)
    return msgspec.structs.replace(plan, groups=tuple(groups))


def with_checks(plan: Plan, change: Callable[[PlannedCheck], PlannedCheck]) -> Plan:
    """The plan with another check for each of its checks; its digest stays as it is."""

    def step(it: PlannedStep) -> PlannedStep:
        return msgspec.structs.replace(it, checks=tuple(change(c) for c in it.checks)) if it.checks else it

    return with_steps(plan, step)


def with_proof(plan: Plan, proof: Proof) -> Plan:
    """The plan with what came of its proof; its digest stays as it is."""
    return msgspec.structs.replace(plan, proof=proof)


def without_checks(plan: Plan) -> Plan:
    """The plan without its queries on rows, for one whose rows are not there yet."""
    return sealed(with_steps(plan, lambda step: msgspec.structs.replace(step, checks=())))


def _uncounted(check: PlannedCheck) -> PlannedCheck:
    return msgspec.structs.replace(check, found=None, unknown="")


def encode(plan: Plan) -> bytes:
    """The plan file: indented JSON, UTF-8, with a final newline."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n"


def decode(data: bytes) -> Plan:
    """A plan file read back. Raises PlanFileError where it is none, or was altered."""
    try:
        plan = msgspec.json.decode(data, type=Plan)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise PlanFileError(
            f"this is not a plan of schemactl: {error}", hint="make one with: schemactl plan --out FILE"
        ) from None
    if plan.format_version != FORMAT_VERSION:
        raise PlanFileError(
            f"the plan has format version {plan.format_version}, this schemactl reads {FORMAT_VERSION}",
            hint="plan again with this version",
        )
    if plan.digest != digest_of(plan):
        raise PlanFileError("the plan was altered after it was made: its digest does not match", hint="plan again")
    return plan
