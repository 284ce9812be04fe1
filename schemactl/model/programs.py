"""Stored programs that are a body of text with a few attributes: routines, triggers and events of MySQL."""

from __future__ import annotations

from dataclasses import dataclass

from schemactl.model.keys import Kind, ObjectKey
from schemactl.model.options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """`kind` is FUNCTION, PROCEDURE, TRIGGER or EVENT; `table` is a trigger's. `body` is compared as it stands."""

    kind: Kind
    schema: str
    name: str
    body: str
    options: Options
    table: str = ""
    comment: str | None = None

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=self.kind, schema=self.schema, table=self.table, name=self.name)
