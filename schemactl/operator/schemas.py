"""What `schema.url` names in a cluster: files of this pod, of a repository, or over HTTP with a digest.

A manifest may be anybody's who may write one, and is read with the operator's rights: so only what begins as the operator's
own options say is read at all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from schemactl.dialect import SourceText
from schemactl.errors import UnsupportedFieldError
from schemactl.sources import FileSource, Repository, fetch, read

#: Seconds that a commit is taken for the newest one of its branch, so that many resources ask once.
FRESH = 10.0
#: Files by digest that are kept.
MOST_KEPT = 64


@dataclass(slots=True)
class Schemas:
    """Reads URLs that begin with one of `allowed`. `home` keeps what was fetched of repositories. For many threads."""

    allowed: tuple[str, ...]
    home: Path
    _kept: dict[str, tuple[float, tuple[SourceText, ...]]] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, url: str) -> Sequence[SourceText]:
        """Raises SourceNotFoundError, and UnsupportedFieldError for a URL that may not be read."""
        scheme = urlsplit(url).scheme
        if scheme == "file":
            return read(FileSource(path=self._path(url)))
        self._require_allowed(url)
        if scheme.startswith("git+"):
            repository = Repository.parse(url)
            with self._one_by_one(repository.url):
                return self._once(url, FRESH, lambda: read(repository.fetched(self.home)))
        return self._once(url, float("inf"), lambda: [fetch(url)])

    def _once(self, url: str, life: float, read_it: Callable[[], Sequence[SourceText]]) -> tuple[SourceText, ...]:
        at, found = self._kept.get(url, (0.0, ()))
        if found and time.monotonic() - at < life:
            return found
        found = tuple(read_it())
        with self._lock:
            while len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[url] = (time.monotonic(), found)
        return found

    def _one_by_one(self, repository: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(repository, threading.Lock())

    def _path(self, url: str) -> Path:
        path = Path(unquote(url.removeprefix("file://")))
        tops = [Path(unquote(it.removeprefix("file://"))).resolve() for it in self.allowed if it.startswith("file://")]
        if not path.is_absolute() or not any(path.resolve().is_relative_to(top) for top in tops):
            raise _refused(url)
        return path

    def _require_allowed(self, url: str) -> None:
        """What begins so may not lead back out of there, however it is written."""
        if {"..", "."} & set(unquote(urlsplit(url).path).split("/")) or "\\" in unquote(url):
            raise _refused(url)
        if not any(url == it or url.startswith(it if it.endswith("/") else f"{it}/") for it in self.allowed):
            raise _refused(url)


def _refused(url: str) -> UnsupportedFieldError:
    scheme = url.partition("://")[0] if "://" in url else "this"
    return UnsupportedFieldError(
        f"the operator may not read this {scheme} URL",
        hint="start it with --schema-from PREFIX for what may be read, or put the SQL in spec.schema.sql or a ConfigMap",
    )


def require_known(prefix: str) -> str:
    """A prefix as it is meant. Raises ValueError."""
    parts = urlsplit(prefix)
    user = parts.netloc.rpartition("@")[0]
    here = parts.scheme in ("file", "git+file") and not parts.netloc and parts.path.startswith("/")
    there = parts.scheme in ("http", "https", "git+http", "git+https", "git+ssh") and bool(parts.netloc)
    if here or (there and (not user or (parts.scheme == "git+ssh" and ":" not in user))):
        return prefix
    raise ValueError("write file:///DIR, https://HOST/, git+https://HOST/ or git+ssh://HOST/")
