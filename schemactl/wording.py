"""Words that messages of all rooms share."""

from __future__ import annotations

from collections.abc import Iterable


def few(names: Iterable[str], most: int = 5) -> str:
    """Names in a sentence, each once: `a, b and 3 more`, not more than a reviewer reads."""
    listed = list(dict.fromkeys(names))
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")
