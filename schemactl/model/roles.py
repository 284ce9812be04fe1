"""Roles: they belong to the cluster, and a schema only asks that they be there."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.keys import Kind, ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role that must be there. It is made where the cluster lacks it, never altered and never dropped.

    `options` are what it is made with, as SQL has them: "LOGIN", "CONNECTION LIMIT 5". They are of no account for one
    that is there. `uses` are the roles that they name.
    """

    name: str
    options: tuple[str, ...] = field(default=(), compare=False)
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def can_log_in(self) -> bool:
        return "LOGIN" in self.options

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.ROLE, name=self.name)
