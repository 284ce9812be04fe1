"""A review as JSON, for programs."""

from __future__ import annotations

import msgspec

from schemactl.review.model import Review

FORMAT_VERSION = 1


def document(review: Review) -> str:
    """`{"format_version": 1, "name": ..., "commit": ..., "state": ..., "digest": ..., "targets": [...]}`.

    A target has `name`, `state`, `basis` and its `plan`, or `error` and `hint` where there is none.
    """
    targets = [
        {"name": it.name, "state": it.state, "basis": it.basis.name.lower(), "plan": it.plan}
        if it.plan is not None
        else {"name": it.name, "state": it.state, "basis": it.basis.name.lower(), "error": it.error, "hint": it.hint}
        for it in review.targets
    ]
    said = {
        "format_version": FORMAT_VERSION,
        "name": review.name,
        "commit": review.commit,
        "state": review.state,
        "digest": review.digest,
        "targets": targets,
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2).decode() + "\n"
