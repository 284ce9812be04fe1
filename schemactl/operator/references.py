"""Secrets and ConfigMaps that resources refer to: read one at a time, by name, and kept for as long as is safe.

What is watched (all ConfigMaps, and the Secrets that carry the label) is kept until it changes; any other Secret is read
again for every look, but for those that come within seconds of each other. No value leaves this module except to a look.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from schemactl.errors import MissingReferenceError
from schemactl.operator.api import Api, ApiError, Object, path

#: The label that a Secret carries to be watched, and not only read: `LABEL: Enabled`.
LABEL = "db.atlasgo.io/watch"
#: Seconds that a value is kept that nobody would tell us has changed; and one that a watch would, in case it fell silent.
UNWATCHED = 10.0
WATCHED = 600.0
#: Seconds that a worker waits for a value.
PATIENCE = 60.0

Kind = Literal["secrets", "configmaps"]
_KINDS: dict[str, Kind] = {"secretKeyRef": "secrets", "configMapKeyRef": "configmaps"}
_CALLED = {"secrets": "Secret", "configmaps": "ConfigMap"}


class Ref(NamedTuple):
    """A Secret or a ConfigMap."""

    kind: Kind
    namespace: str
    name: str


def refs(namespace: str, spec: dict[str, Any]) -> frozenset[Ref]:
    """All that a spec refers to, wherever in it. A devDB is a pod's spec, which we do not act on."""
    return frozenset(_found(namespace, {key: part for key, part in spec.items() if key != "devDB"}))


def _found(namespace: str, value: object) -> Iterator[Ref]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key in _KINDS and isinstance(part, dict) and isinstance(part.get("name"), str):
                yield Ref(_KINDS[key], namespace, part["name"])
            else:
                yield from _found(namespace, part)
    elif isinstance(value, list):
        for part in value:
            yield from _found(namespace, part)


@dataclass(slots=True)
class _Kept:
    until: float
    values: dict[str, str] | None = field(repr=False)


class Values:
    """The data of Secrets (base64) and ConfigMaps by reference. For one event loop."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._kept: dict[Ref, _Kept] = {}
        self._watched: set[Ref] = set()
        #: Counted up by each change, so that an answer which was under way meanwhile is not kept.
        self._changes: dict[Ref, int] = {}
        self._locks: dict[Ref, asyncio.Lock] = {}

    def changed(self, ref: Ref, *, watched: bool) -> None:
        """A watch told of it; `watched` says whether it will tell of the next change too."""
        (self._watched.add if watched else self._watched.discard)(ref)
        self._changes[ref] = self._changes.get(ref, 0) + 1
        self._kept.pop(ref, None)

    def forget(self, gone: Iterable[Ref]) -> None:
        """Drop the values of what is not watched, as after a failure that a new value may mend."""
        for ref in gone:
            if ref not in self._watched:
                self._kept.pop(ref, None)

    def are_watched(self, wanted: Iterable[Ref]) -> bool:
        return all(ref.kind == "configmaps" or ref in self._watched for ref in wanted)

    async def get(self, ref: Ref) -> dict[str, str] | None:
        """The data, or None where there is no such object. Raises ApiError and OSError."""
        async with self._locks.setdefault(ref, asyncio.Lock()):
            now = asyncio.get_running_loop().time()
            kept = self._kept.get(ref)
            if kept is not None and now < kept.until:
                return kept.values
            before = self._changes.get(ref, 0)
            values = await self._read(ref)
            if self._changes.get(ref, 0) == before:
                life = WATCHED if ref.kind == "configmaps" or ref in self._watched else UNWATCHED
                self._kept[ref] = _Kept(now + life, values)
            return values

    async def _read(self, ref: Ref) -> dict[str, str] | None:
        try:
            answer: Object = await self._api.get(path("v1", ref.kind, ref.namespace, ref.name))
        except ApiError as error:
            if error.status == 404:
                return None
            raise
        return answer.get("data") or {}


@dataclass(frozen=True, slots=True)
class Lookup:
    """The values for a look, which runs in a thread of its own: it waits there for the event loop to read them."""

    values: Values
    loop: asyncio.AbstractEventLoop

    def secret(self, namespace: str, name: str, key: str) -> str | None:
        text = self._value(Ref("secrets", namespace, name), key)
        try:
            return None if text is None else base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise MissingReferenceError(f"the key {key!r} of the Secret {name!r} is no text") from None

    def config_map(self, namespace: str, name: str, key: str) -> str | None:
        return self._value(Ref("configmaps", namespace, name), key)

    def _value(self, ref: Ref, key: str) -> str | None:
        try:
            values = asyncio.run_coroutine_threadsafe(self.values.get(ref), self.loop).result(PATIENCE)
        except ApiError as error:
            if error.status != 403:
                raise
            raise MissingReferenceError(
                f"the operator may not read the {_CALLED[ref.kind]} {ref.name!r}",
                hint=f"grant it `get` on {ref.kind} in namespace {ref.namespace!r}",
            ) from None
        return None if values is None else values.get(key)
