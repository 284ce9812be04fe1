"""Fingerprints of catalogs.

Taken over the text of expressions, not over their canonical form: that form may change with a release of ours, and a
database that nobody touched must keep its fingerprint. A field at its default is left out, so that a field which a
release adds changes no fingerprint either.
"""

from __future__ import annotations

import dataclasses
import hashlib
from functools import lru_cache
from typing import Any

import msgspec

from schemactl.model import Catalog, Expression

_ENCODER = msgspec.json.Encoder(order="deterministic")


def fingerprint(catalog: Catalog) -> str:
    """sha256 in hexadecimal over all that the catalog says."""
    parts = [_plain(o) for o in (*catalog.objects, *catalog.unsupported)]
    return hashlib.sha256(_ENCODER.encode(parts)).hexdigest()


@lru_cache(maxsize=256)
def _fields(cls: Any) -> tuple[tuple[str, Any], ...]:
    """Names and defaults of the fields that count for equality."""
    return tuple((f.name, f.default) for f in dataclasses.fields(cls) if f.compare)


def _plain(value: Any) -> Any:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if dataclasses.is_dataclass(value):
        cls: type = type(value)
        said: list[Any] = [cls.__name__]
        for name, default in _fields(cls):
            field = getattr(value, name)
            if field is not default and field != default:
                said += (name, field if type(field) in (str, bool, int) else _plain(field))
        return said
    return value
