"""Durations as Kubernetes writes them: `30s`, `5m`, `1h30m`, `500ms`."""

from __future__ import annotations

import re

#: The same pattern stands in the CRD.
PATTERN = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$"

_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """The duration in seconds. Raises ValueError for what does not match PATTERN."""
    if not re.fullmatch(PATTERN, text):
        raise ValueError(f"{text!r} is no duration: write 30s, 5m or 1h30m")
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
