"""A catalog as JSON."""

from __future__ import annotations

import dataclasses
from enum import Enum
from typing import Any

import msgspec

from schemactl.model import Catalog, Expression, ObjectKey

FORMAT_VERSION = 1


def json(catalog: Catalog, *, dialect: str) -> str:
    """`{"format_version": 1, "dialect": ..., "objects": [{"kind": "table", ...}, ...]}`: what is unset is left out."""
    objects = [{"kind": found.key.kind.value, **_plain(found)} for found in catalog.objects]
    document = {"format_version": FORMAT_VERSION, "dialect": dialect, "objects": objects}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, ObjectKey):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, frozenset | set):
        return sorted(_plain(one) for one in value)
    if dataclasses.is_dataclass(value):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {name: found for name, found in fields.items() if found is not None and found != []}
    return value.value if isinstance(value, Enum) else value
