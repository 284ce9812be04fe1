"""The Plan document: what a reviewer reads, a file holds and an executor runs.

The digest is taken over everything else in canonical JSON, so that a plan that was reviewed is the plan that runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from schemactl.errors import PlanFileError
from schemactl.steps import Hazard, Step

FORMAT_VERSION = 1


class PlannedLock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lock on `relation` (`schema.name`), in the server's words for its mode."""

    relation: str
    mode: str


class PlannedHazard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    hazard: Hazard
    message: str


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One statement. `object` reads `column public.users.email`; `action` is create, alter, drop, rename, comment or check.

    `patient`: it may wait for locks, since nobody has to wait behind it.
    """

    sql: str
    object: str
    action: str
    reason: str
    patient: bool = False
    locks: tuple[PlannedLock, ...] = ()
    hazards: tuple[PlannedHazard, ...] = ()

    @property
    def needs_consent(self) -> frozenset[Hazard]:
        return frozenset(h.hazard for h in self.hazards if h.hazard.needs_consent)


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps that stand or fall together, where `transactional`; else one step that commits by itself."""

    transactional: bool
    steps: tuple[PlannedStep, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way from one catalog to another.

    `fingerprint` is of the actual catalog that the plan starts from, `desired_digest` of the one it leads to; both
    are sha256 in hexadecimal, as is `digest`, which covers the whole document but itself.
    """

    format_version: int = FORMAT_VERSION
    tool: str
    dialect: str
    server_version: str
    database: str
    fingerprint: str
    desired_digest: str
    groups: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()
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
    )


def grouped(steps: Sequence[Step]) -> tuple[Group, ...]:
    """Ordered steps cut into transactions: as few as the steps allow."""
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
        elif step.own_group:
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
    bare = msgspec.structs.replace(plan, digest="")
    return hashlib.sha256(msgspec.json.encode(bare, order="deterministic")).hexdigest()


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
