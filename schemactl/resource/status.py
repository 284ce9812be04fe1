"""`AtlasSchema.status`: what is known of a resource after a look, and the only memory between two looks.

Conditions, with their polarity:

    Ready          normal-true     the database is as desired, or differs only by drift that is not to be healed
    Reconciling    abnormal-true   an error of the world is being retried; absent otherwise
    Stalled        abnormal-true   an error of the user; nothing happens until something is changed; absent otherwise
    Drifted        abnormal-true   the database was changed by others and still differs; False once it was compared
    FieldsIgnored  abnormal-true   fields of the spec that are not acted on; absent where there are none
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
    """When drift was last seen (RFC 3339), and the statements that close it."""

    time: str
    steps: tuple[str, ...]


class Status(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={
        "observed_generation": "observedGeneration",
        "plan_url": "planURL",
        "plan_link": "planLink",
        "last_drift": "lastDrift",
    },
):
    """`observed_hash` is the digest of the desired schema last applied, `scope` that of where it was applied to.

    `fingerprint` is the live catalog's when it was last found as desired; `last_applied` counts seconds since 1970;
    `failed` counts the looks that failed since the last good one. `plan_url` and `plan_link` are the Atlas cloud's
    and stay empty.
    """

    observed_generation: int = -1
    conditions: tuple[Condition, ...] = ()
    observed_hash: str = ""
    last_applied: int = 0
    plan_url: str = ""
    plan_link: str = ""
    failed: int = 0
    fingerprint: str = ""
    scope: str = ""
    last_drift: Drift | None = None

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
