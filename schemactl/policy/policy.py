"""A policy: what becomes of a plan with a hazard of each class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum

from schemactl.errors import UsageError
from schemactl.steps import Hazard, HazardClass


class Action(StrEnum):
    """From the mildest to the strictest. `approve`: refused unless this very plan was approved."""

    ALLOW = "allow"
    WARN = "warn"
    APPROVE = "approve"
    REFUSE = "refuse"


DEFAULT: Mapping[HazardClass, Action] = {
    it: Action.REFUSE if it is HazardClass.DATA_LOSS else Action.WARN for it in HazardClass
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`actions` are those that are not DEFAULT; `single`, of one hazard, prevail over that of its class. `allowed` are
    hazards that somebody said yes to by name.

    A yes by name lifts `refuse`, and never `approve`. `approved` is the digest of a plan that somebody has read: it
    lifts both for that plan, and for no other.
    """

    actions: Mapping[HazardClass, Action] = field(default_factory=dict)
    single: Mapping[Hazard, Action] = field(default_factory=dict)
    allowed: frozenset[Hazard] = frozenset()
    approved: str = ""

    def action(self, hazard: Hazard) -> Action:
        """What becomes of a plan with this hazard, before anybody has approved it."""
        of_class = self.actions.get(hazard.belongs_to, DEFAULT[hazard.belongs_to])
        found = self.single.get(hazard, of_class)
        return Action.WARN if found is Action.REFUSE and hazard in self.allowed else found


def actions(said: Mapping[str, object]) -> dict[HazardClass, Action]:
    """A `[policy]` table: `{"data-loss": "approve"}`. Raises UsageError for a class or an action that is none."""
    found: dict[HazardClass, Action] = {}
    for key, value in said.items():
        name = str(key).replace("_", "-")
        if name not in list(HazardClass):
            raise UsageError(f"there is no class of hazards {key!r}", hint=_nearest(name, list(HazardClass)))
        if value not in list(Action):
            raise UsageError(f"the policy for {key} cannot be {value!r}", hint=f"one of: {', '.join(Action)}")
        found[HazardClass(name)] = Action(str(value))
    return found


def digest(said: str) -> str:
    """The digest that `sha256:...` names, in hexadecimal. Raises UsageError."""
    found = said.strip().lower().removeprefix("sha256:")
    if len(found) != 64 or set(found) - set("0123456789abcdef"):
        raise UsageError(
            f"{said!r} is no digest of a plan",
            hint='it has 64 hexadecimal digits: "digest" of `schemactl plan --format json`',
        )
    return found


def _nearest(word: str, known: list[HazardClass]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else f"one of: {', '.join(known)}"
