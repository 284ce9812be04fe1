"""A review as JSON, for programs."""

from __future__ import annotations

from typing import Any

import msgspec

from schemactl.review.model import Review, Reviewed

FORMAT_VERSION = 1


def document(review: Review) -> str:
    """`{"format_version": 1, "name": ..., "commit": ..., "state": ..., "digest": ..., "targets": [...]}`.

    A target has `name`, `state`, `basis`, `change` where it is one of the change's own, and its `plan`; or `error` and
    `hint` where there is none. One that is removed has neither. `untouched` counts those that were not planned.
    """
    said = {
        "format_version": FORMAT_VERSION,
        "name": review.name,
        "commit": review.commit,
        "state": review.state,
        "digest": review.digest,
        "untouched": review.untouched,
        "targets": [_target(it) for it in review.targets],
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2).decode() + "\n"


def _target(it: Reviewed) -> dict[str, Any]:
    said: dict[str, Any] = {"name": it.name, "state": it.state, "basis": it.basis.name.lower()}
    if it.change:
        said["change"] = it.change
    if it.plan is not None:
        return {**said, "plan": it.plan}
    return {**said, "error": it.error, "hint": it.hint} if it.error else said
