"""The conditions beside Ready, Reconciling and Stalled."""

from __future__ import annotations

from schemactl.diff import SKIPPED
from schemactl.reconcile.look import Look
from schemactl.resource import Condition, DriftPolicy
from schemactl.wording import few

#: A condition's message is for people; the whole of a long plan is not.
LONGEST_MESSAGE = 1024
#: Changes that were left out, as they are named in a message.
_MOST_NAMED = 10


def drifted(look: Look) -> Condition:
    if look.drift is None:
        return look.condition("Drifted", "False", "NoDrift", "")
    steps = "; ".join(look.drift.steps)
    if look.healed:
        return look.condition("Drifted", "False", "Healed", look.told(f"healed by: {steps}", LONGEST_MESSAGE))
    message = f"would be healed by: {steps}"
    match look.resource.spec.policy.drift_mode:
        case DriftPolicy.HEAL:
            reason = "NotHealed"
        case DriftPolicy.REPORT:
            reason = "Reported"
        case DriftPolicy.IGNORE:
            reason, message = "Ignored", f"spec.policy.drift is Ignore; {message}"
    return look.condition("Drifted", "True", reason, look.told(message, LONGEST_MESSAGE))


def approved(look: Look) -> tuple[Condition, ...]:
    """Of a look that came to its end. That of the plan that ran last stays, for it says who let it run."""
    if look.approved and look.applied is not None:
        message = f"sha256:{look.applied.digest} was approved, and has run"
        return (look.condition("Approved", "True", "Approved", message),)
    old = look.before.condition("Approved")
    return (old,) if look.applied is None and old is not None and old.status == "True" else ()


def skipped(look: Look) -> tuple[Condition, ...]:
    """What policy.diff.skip left as it is; of a look that made no plan, what is known from before."""
    if look.plan is None:
        old = look.before.condition("ChangesSkipped")
        return (old,) if old is not None else ()
    left_out = [note.removeprefix(SKIPPED) for note in look.plan.notes if note.startswith(SKIPPED)]
    if not left_out:
        return ()
    message = look.told(few(left_out, _MOST_NAMED), LONGEST_MESSAGE)
    return (look.condition("ChangesSkipped", "True", "PolicyDiffSkip", message),)


def fields_ignored(look: Look) -> tuple[Condition, ...]:
    if not look.ignored:
        return ()
    message = "; ".join(f"{path}: {why}" for path, why in sorted(look.ignored.items()))
    return (look.condition("FieldsIgnored", "True", "NotActedOn", look.told(message, LONGEST_MESSAGE)),)
