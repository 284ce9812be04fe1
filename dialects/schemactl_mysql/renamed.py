"""A catalog with one thing under another name, wherever it is mentioned."""

from __future__ import annotations

from schemactl.errors import UnsupportedError
from schemactl.model import Catalog, ObjectKey


def renamed(catalog: Catalog, old: ObjectKey, new: ObjectKey) -> Catalog:
    """The catalog as the server shows it after the rename. Both keys are of one kind and place."""
    raise UnsupportedError(f"a hint that renames {old}", subject=str(old))
