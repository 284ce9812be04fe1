"""Statuses into the cluster: nothing where nothing changed, else one merge patch of what did.

A mark that moved is no change: other schemas of a database move it, and roles of its server. It goes along with the next one;
until then it is ours alone, and a restart costs a full look.

The version that the look was made of goes with it, so that the server refuses it where somebody was quicker. Then the
object is read again: a status that says what the database is now is written all the same as long as nobody else wrote one.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from schemactl.operator.api import Api, ApiError, path
from schemactl.operator.known import GROUP, PLURAL, VERSION, Cluster, Key, Known, is_older, known
from schemactl.resource import Status

log = logging.getLogger(__name__)

#: How often a write is tried against others who change the object at the same time.
TRIES = 5


class OvertakenError(Exception):
    """The object has moved on, or is gone: what was found out about it stands for nothing."""


class Writer:
    def __init__(self, api: Api, cluster: Cluster) -> None:
        self._api = api
        self._cluster = cluster
        self.writes = 0

    async def write(self, of: Known, status: Status, *, only_if_unchanged: bool = False, insist: bool = False) -> None:
        """Make the status the object's. Raises OvertakenError, ApiError and OSError.

        `only_if_unchanged`: not where the spec, or an annotation that counts, is another by now. `insist`: also where
        somebody else has written a status meanwhile, since ours tells of what was done.
        """
        # As the server has it: with lists, where builtins of a struct have tuples.
        wanted: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(status))
        written, version = of.written, of.version
        for _ in range(TRIES):
            patch = merge_patch(written, wanted)
            if patch.keys() <= {"mark"}:
                return
            log.debug("status of %s: %s", of.key, patch)
            body = {"metadata": {"uid": of.uid, "resourceVersion": version}, "status": patch}
            try:
                answer = await self._api.merge(path_of(of.key, "status"), body)
            except ApiError as error:
                if error.status not in (404, 409):
                    raise
            else:
                self.writes += 1
                self._take(of, answer)
                return
            now = await self._read(of.key)
            if now is None:
                raise OvertakenError(f"{of.key} is gone")
            if now.uid != of.uid or (only_if_unchanged and now.trigger != of.trigger):
                raise OvertakenError(f"{of.key} has changed meanwhile")
            if now.written != written and not insist:
                raise OvertakenError(f"somebody else wrote the status of {of.key}")
            written, version = now.written, now.version
        raise OvertakenError(f"{of.key} changes all the time")

    async def confirm(self, of: Known) -> None:
        """Raises OvertakenError where the object is not what it was, by its spec or by its status; ApiError, OSError."""
        now = await self._read(of.key)
        if now is None or now.trigger != of.trigger or now.written != of.written:
            raise OvertakenError(f"{of.key} has changed meanwhile, or is gone")

    async def refresh(self, key: Key) -> bool:
        """Know the object as it is, whatever was thought of it; whether it is there. Raises ApiError and OSError."""
        now = await self._read(key)
        self._cluster.forget(key)
        if now is not None:
            self._cluster.take(now)
        return now is not None

    async def _read(self, key: Key) -> Known | None:
        try:
            return known(await self._api.get(path_of(key)))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def _take(self, of: Known, answer: dict[str, Any]) -> None:
        """Note the status that the server has now; all else is for the watch to tell, which may ask for a look."""
        written, current = known(answer), self._cluster.get(of.key)
        if current is not None and current.uid == of.uid and not is_older(written.version, current.version):
            current.written, current.version = written.written, written.version


def path_of(key: Key, sub: str = "") -> str:
    return path(f"{GROUP}/{VERSION}", PLURAL, key.namespace, key.name, sub)


def merge_patch(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The JSON merge patch (RFC 7386) that turns the one into the other. Neither may hold a null."""
    patch: dict[str, Any] = {key: None for key in old.keys() - new.keys()}
    for key, value in new.items():
        before = old.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            if inner := merge_patch(before, value):
                patch[key] = inner
        elif before != value or key not in old:
            patch[key] = value
    return patch
