"""The hook on which a dialect hangs its own typed attributes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Base of a dialect's own attributes. Equality is by value, as for every other part of the model."""
