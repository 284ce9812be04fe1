"""Carrying a plan out."""

from schemactl.apply.events import Event, Outcome
from schemactl.apply.execute import execute
from schemactl.apply.look_first import counted, look_first

__all__ = ["Event", "Outcome", "counted", "execute", "look_first"]
