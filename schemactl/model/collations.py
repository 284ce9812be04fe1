"""Collations that a schema makes for itself."""

from __future__ import annotations

from dataclasses import dataclass

from schemactl.model.keys import Kind, ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Collation:
    """`provider`: libc, icu or builtin. `locale` is what both LC_COLLATE and LC_CTYPE are, else they are told apart."""

    schema: str
    name: str
    provider: str = "libc"
    locale: str | None = None
    lc_collate: str | None = None
    lc_ctype: str | None = None
    deterministic: bool = True
    rules: str | None = None
    comment: str | None = None

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.COLLATION, schema=self.schema, name=self.name)
