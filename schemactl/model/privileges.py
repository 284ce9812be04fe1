"""What one role may do: with one object, or by default with objects that are yet to be made."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.keys import Kind, ObjectKey
from schemactl.model.options import Options


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Grant:
    """One privilege, on a column where that is not empty. `grantable`: WITH GRANT OPTION."""

    privilege: str
    column: str = ""
    grantable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Privileges:
    """What a role may do with an object, where that is not what it may do anyway.

    An owner and PUBLIC have privileges that nobody granted: `grants`, sorted, are all that there are, so that none at
    all means that these were revoked. `grantee` is spelled as in SQL: PUBLIC is a word. `stated` are the statements of
    the desired text, in order, as its dialect keeps them until it can tell the owner and the server's version.
    `uses` holds the target, and whatever takes the privileges along when it goes.
    """

    target: ObjectKey
    grantee: str
    grants: tuple[Grant, ...] = ()
    stated: tuple[Options, ...] = field(default=(), compare=False)
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        """`privileges app.users.reader on table`, `privileges app.reader on schema`."""
        in_schema = self.target.kind is not Kind.SCHEMA
        return ObjectKey(
            kind=Kind.PRIVILEGES,
            schema=self.target.schema if in_schema else self.target.name,
            table=self.target.name if in_schema else "",
            name=f"{self.grantee} on {self.target.kind}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultPrivileges:
    """What a grantee may do with objects that `role` will make, where that is not what it may do anyway.

    `on` is a plural such as TABLES. With a `schema`, they are given besides those without one, which are all that
    there are. `grants` and `stated` are as those of Privileges; none is of a column.
    """

    role: str
    schema: str
    on: str
    grantee: str
    grants: tuple[Grant, ...] = ()
    stated: tuple[Options, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(
            kind=Kind.DEFAULT_PRIVILEGES,
            schema=self.schema,
            name=f"{self.grantee} on {self.on.lower()} of {self.role}",
        )
