"""What an apply did, as JSON."""

from __future__ import annotations

import msgspec

from schemactl.plan import Plan

FORMAT_VERSION = 1


def json(plan: Plan, steps_done: int, seconds: float) -> str:
    """`{"format_version": 1, "steps_done": ..., "seconds": ..., "plan": {...}}`."""
    document = {
        "format_version": FORMAT_VERSION,
        "steps_done": steps_done,
        "seconds": round(seconds, 3),
        "plan": plan,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
