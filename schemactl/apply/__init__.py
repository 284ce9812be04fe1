"""Carrying a plan out."""

from schemactl.apply.events import Event, Outcome
from schemactl.apply.execute import execute

__all__ = ["Event", "Outcome", "execute"]
