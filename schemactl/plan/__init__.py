"""Changes into an ordered Plan."""

from schemactl.plan.digest import fingerprint
from schemactl.plan.document import Group, Plan, PlannedHazard, PlannedLock, PlannedSize, PlannedStep, decode, encode
from schemactl.plan.order import ordered

__all__ = [
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
