"""What is known of each AtlasSchema: its last version that was seen, and its status, which is ours before the server's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from schemactl.errors import ManifestError
from schemactl.operator.references import Ref, refs
from schemactl.resource import APPROVED_PLAN, RECONCILE_REQUESTED, AtlasSchema, Metadata, Status, from_object

GROUP = "db.atlasgo.io"
VERSION = "v1alpha1"
PLURAL = "atlasschemas"
#: The annotations that ask for a look when they change.
ANNOTATIONS = (RECONCILE_REQUESTED, APPROVED_PLAN)


class Key(NamedTuple):
    """Which AtlasSchema."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class Trigger(NamedTuple):
    """What a look rests on, of the object itself: when it changes, a look is due."""

    uid: str
    generation: int
    annotations: tuple[str | None, ...]


@dataclass(slots=True, kw_only=True)
class Known:
    """`version` is the resourceVersion. `written` is the status on the server, `status` that of our last look.

    `error` says why the object is no AtlasSchema that we understand; `resource` has only its name then.
    """

    key: Key
    trigger: Trigger
    version: str
    resource: AtlasSchema
    error: ManifestError | None
    refs: frozenset[Ref]
    written: dict[str, Any]
    status: Status
    #: Whether `status` has what the server has not: it could not be written.
    owed: bool = False
    #: Of a look's own copy: whether the server was told that it goes on.
    announced: bool = False

    @property
    def uid(self) -> str:
        return self.trigger.uid


def known(value: dict[str, Any]) -> Known:
    """Of an object as the API server gives it."""
    metadata = value["metadata"]
    annotations = metadata.get("annotations") or {}
    error = None
    try:
        resource = from_object({**value, "status": None})
    except ManifestError as wrong:
        given = {k: metadata[k] for k in ("name", "namespace", "generation") if k in metadata}
        resource, error = AtlasSchema(metadata=msgspec.convert(given, Metadata)), wrong
    key = Key(metadata["namespace"], metadata["name"])
    written = value.get("status") or {}
    return Known(
        key=key,
        trigger=Trigger(metadata["uid"], metadata["generation"], tuple(annotations.get(a) for a in ANNOTATIONS)),
        version=metadata["resourceVersion"],
        resource=resource,
        error=error,
        refs=refs(key.namespace, value.get("spec") or {}),
        written=written,
        status=_status(written),
    )


def _status(written: dict[str, Any]) -> Status:
    """One that is not ours, say of another operator's version, stands for nothing."""
    try:
        return msgspec.convert(written, Status)
    except msgspec.ValidationError:
        return Status()


def is_older(version: str, than: str) -> bool:
    """Versions are numbers that grow, as every API server has them; what is none is taken for newer."""
    return version.isdigit() and than.isdigit() and int(version) < int(than)


@dataclass(slots=True)
class Cluster:
    """All AtlasSchemas that were seen, and who refers to what."""

    _known: dict[Key, Known] = field(default_factory=dict)
    _owners: dict[Ref, set[Key]] = field(default_factory=dict)

    def take(self, seen: Known) -> bool:
        """Note the object as it was seen; whether it asks for a look. An older version than the known one is nothing."""
        old = self._known.get(seen.key)
        if old is not None and old.uid == seen.uid:
            if is_older(seen.version, old.version):
                return False
            if old.owed:
                seen.status, seen.owed = old.status, True
        self._known[seen.key] = seen
        if old is None or old.refs != seen.refs:
            self._disown(old)
            for ref in seen.refs:
                self._owners.setdefault(ref, set()).add(seen.key)
        return old is None or old.trigger != seen.trigger

    def forget(self, key: Key) -> None:
        self._disown(self._known.pop(key, None))

    def get(self, key: Key) -> Known | None:
        return self._known.get(key)

    def owners(self, ref: Ref) -> frozenset[Key]:
        """The keys of those that refer to it."""
        return frozenset(self._owners.get(ref, ()))

    def __iter__(self) -> Iterator[Known]:
        return iter(tuple(self._known.values()))

    def __len__(self) -> int:
        return len(self._known)

    def _disown(self, old: Known | None) -> None:
        for ref in old.refs if old else ():
            if owners := self._owners.get(ref):
                owners.discard(old.key)  # type: ignore[union-attr]
                if not owners:
                    del self._owners[ref]
