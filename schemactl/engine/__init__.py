"""The use cases: inspect, diff, plan, apply. The command line, the agent and the operator call nothing below this.

Each is a plain function over plain values. A `Target` says which database and what of it; sources are texts that were
read already, so that the engine touches no files.
"""

from schemactl.apply import Event, Outcome
from schemactl.devdb import SCRATCH
from schemactl.engine.applying import apply, apply_plan
from schemactl.engine.comparing import Care, diff
from schemactl.engine.looking import inspect, mark
from schemactl.engine.planning import plan, undo
from schemactl.engine.readings import Readings
from schemactl.engine.targets import Target, dev_is_away, target, without_dev
from schemactl.plan import Plan

__all__ = [
    "SCRATCH",
    "Care",
    "Event",
    "Outcome",
    "Plan",
    "Readings",
    "Target",
    "apply",
    "apply_plan",
    "dev_is_away",
    "diff",
    "inspect",
    "mark",
    "plan",
    "target",
    "undo",
    "without_dev",
]
