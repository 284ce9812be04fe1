"""`AtlasSchema.status`: what is known of a resource after a look, and the only memory between two looks.

Conditions, with their polarity:

    Ready           normal-true     the database is as desired, or differs only by drift that is not to be healed
    Reconciling     abnormal-true   an error of the world is being retried, or a plan waits; absent otherwise
    Stalled         abnormal-true   an error of the user; nothing happens until something is changed; absent otherwise
    Drifted         abnormal-true   the database was changed by others and still differs; False once it was compared
    Approved        normal-true     whether the plan at hand was approved; absent where no plan needs it
    ChangesSkipped  abnormal-true   differences that policy.diff.skip leaves as they are; absent where there are none
    FieldsIgnored   abnormal-true   fields of the spec that are not acted on, and why; absent where there are none
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

import msgspec

Truth = Literal["True", "False", "Unknown"]


class Condition(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={"last_transition_time": "lastTransitionTime", "observed_generation": "observedGeneration"},
):
    """One condition. `reason` is one CamelCase word; `last_transition_time` is when `status` last changed."""

    type: str
    status: Truth
    reason: str
    message: str = ""
    last_transition_time: str
    observed_generation: int = 0


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """A difference that others made: since when it has been seen (RFC 3339), what differs, and the statements that close it.

    Both lists are cut short; `statements` counts them all, `digest` is sha256 over all of them.
    """

    since: str
    what: tuple[str, ...]
    steps: tuple[str, ...]
    statements: int
    digest: str


class PlanSummary(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"config_map": "configMap", "is_cut": "isCut"}
):
    """The plan that waits, or that was applied last. `digest` is what an approval names: `sha256:...`.

    `hazards` are those of all its steps, by name. `sql` is the script, as far as it fits: where it `is_cut`, the
    Result has all of it, and `config_map` may say where that was put.
    """

    digest: str
    summary: str
    statements: int
    hazards: tuple[str, ...] = ()
    sql: str = ""
    is_cut: bool = False
    config_map: str = ""
    proof: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run: when it ended (RFC 3339), why it was made, of which plan, and what came of it.

    `why` is Schema, Drift or FirstRun; `outcome` is Applied or Failed, then `message` says with what.
    """

    time: str
    why: str
    digest: str
    statements: int
    seconds: float
    outcome: str
    message: str = ""


#: Runs that a status remembers, the last one first.
LONGEST_HISTORY = 10


class Status(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={
        "observed_generation": "observedGeneration",
        "plan_url": "planURL",
        "plan_link": "planLink",
        "handled_request": "lastHandledReconcileAt",
    },
):
    """`observed_hash` is the digest of the desired schema last applied, `scope` that of where it was applied to.

    `target` is the URL of the database, without a password. `fingerprint` is the live catalog's when it was last found
    as desired; `mark` says of all that the last look rests on, in one digest, that it is what it was, empty where a
    look cannot be spared. `last_applied` counts seconds since 1970; `failed` counts the looks that failed since the
    last good one. `handled_request` echoes the annotation reconcile-requested-at. `plan_url` and `plan_link` are the
    Atlas cloud's and stay empty.
    """

    observed_generation: int = -1
    conditions: tuple[Condition, ...] = ()
    observed_hash: str = ""
    last_applied: int = 0
    plan_url: str = ""
    plan_link: str = ""
    failed: int = 0
    target: str = ""
    fingerprint: str = ""
    scope: str = ""
    mark: str = ""
    plan: PlanSummary | None = None
    drift: Drift | None = None
    history: tuple[Entry, ...] = ()
    handled_request: str = ""

    def condition(self, type_: str) -> Condition | None:
        return next((c for c in self.conditions if c.type == type_), None)

    def is_true(self, type_: str) -> bool:
        found = self.condition(type_)
        return found is not None and found.status == "True"


def stamp(now: datetime) -> str:
    """The moment as conditions write it: RFC 3339, UTC, whole seconds."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def settled(wanted: Iterable[Condition], before: Iterable[Condition]) -> tuple[Condition, ...]:
    """The conditions, each with the transition time it had where its status did not change."""
    old = {c.type: c for c in before}
    return tuple(
        msgspec.structs.replace(c, last_transition_time=old[c.type].last_transition_time)
        if c.type in old and old[c.type].status == c.status
        else c
        for c in wanted
    )
