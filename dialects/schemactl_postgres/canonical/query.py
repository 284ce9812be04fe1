"""A view's query made comparable by its tokens alone: white space, comments and the case of words do not count."""

from __future__ import annotations

from collections.abc import Iterable

from schemactl_postgres.canonical.tokens import Unreadable, tokens


def canonical_query(text: str, names: Iterable[str] = ()) -> str:
    """The canonical text of a query under a list of column names, which may be empty."""
    try:
        words = [f"{t.kind}:{t.text!r}" for t in tokens(text.rstrip().removesuffix(";"))[:-1]]
    except Unreadable:
        words = [text.strip()]
    listed = "".join(f"quoted:{name!r} " for name in names)
    return f"{listed}AS {' '.join(words)}" if listed else " ".join(words)
