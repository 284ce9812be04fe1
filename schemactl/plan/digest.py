"""Fingerprints of catalogs.

Taken over the text of expressions, not over their canonical form: that form may change with a release of the
parser beneath, and a database that nobody touched must keep its fingerprint.
"""

from __future__ import annotations

import dataclasses
import hashlib
from enum import Enum as PythonEnum
from typing import Any

import msgspec

from schemactl.model import Catalog, Expression

_ENCODER = msgspec.json.Encoder(order="deterministic")


def fingerprint(catalog: Catalog) -> str:
    """sha256 in hexadecimal over all that the catalog says."""
    parts = [_plain(o) for o in catalog.objects] + [_plain(u) for u in catalog.unsupported]
    return hashlib.sha256(_ENCODER.encode(parts)).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if dataclasses.is_dataclass(value):
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return [type(value).__name__, {k: v for k, v in fields.items() if v is not None and v != []}]
    return value.value if isinstance(value, PythonEnum) else value
