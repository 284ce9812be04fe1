"""What leads to tables of other servers. The tables themselves are a dialect's: see its options of a Table."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.keys import Kind, ObjectKey

#: OPTIONS (...): (name, value), sorted by name. None of them is secret: whatever may be is refused before it gets here.
ForeignOptions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignWrapper:
    """A foreign data wrapper. `handler` and `validator` are the keys of routines; `uses` holds them again."""

    name: str
    handler: ObjectKey | None = None
    validator: ObjectKey | None = None
    settings: ForeignOptions = ()
    comment: str | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.FOREIGN_WRAPPER, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignServer:
    """A server that a wrapper speaks to. `uses`: its wrapper, or the extension that brought that."""

    name: str
    wrapper: str
    type: str | None = None
    version: str | None = None
    settings: ForeignOptions = ()
    comment: str | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.FOREIGN_SERVER, name=self.name)

    @property
    def by(self) -> ObjectKey:
        """Its wrapper."""
        return ObjectKey(kind=Kind.FOREIGN_WRAPPER, name=self.wrapper)
