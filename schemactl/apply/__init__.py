"""Carrying a plan out."""

from schemactl.apply.course import Course
from schemactl.apply.events import Event, Outcome
from schemactl.apply.execute import Signals, execute
from schemactl.apply.look_first import counted, look_first

__all__ = ["Course", "Event", "Outcome", "Signals", "counted", "execute", "look_first"]
