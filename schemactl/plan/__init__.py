"""Changes into an ordered Plan."""

from schemactl.plan.digest import fingerprint
from schemactl.plan.document import (
    Finding,
    Group,
    Plan,
    PlannedHazard,
    PlannedLock,
    PlannedSize,
    PlannedStep,
    decode,
    encode,
)
from schemactl.plan.order import ordered

__all__ = [
    "Finding",
    "Group",
    "Plan",
    "PlannedHazard",
    "PlannedLock",
    "PlannedSize",
    "PlannedStep",
    "decode",
    "encode",
    "fingerprint",
    "ordered",
]
