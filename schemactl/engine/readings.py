"""Desired texts that several plans of one run share: each is read once, by whoever is first."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from schemactl.dialect import Dialect, SourceText
from schemactl.model import Desired

_Key = tuple[str, str, tuple[SourceText, ...]]


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read lives as long as this does. For many threads."""

    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _found: dict[_Key, Future[Desired]] = field(default_factory=dict, repr=False)

    def read(self, dialect: Dialect, sources: Sequence[SourceText], default_schema: str) -> Desired:
        """As of `dialect.read`, with no server. Raises what that raises, to all who ask for the same."""
        key = (dialect.name, default_schema, tuple(sources))
        with self._lock:
            mine = key not in self._found
            future = self._found.setdefault(key, Future())
        if mine:
            try:
                future.set_result(dialect.read(sources, default_schema=default_schema))
            except BaseException as error:
                future.set_exception(error)
        return future.result()
