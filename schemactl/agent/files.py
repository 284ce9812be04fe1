"""`schema.url: file://PATH` of a manifest: SQL files of the same tree, and whether any of them has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from schemactl.dialect import SourceText
from schemactl.errors import SourceNotFoundError, UnsupportedFieldError
from schemactl.reconcile.inputs import Fetch
from schemactl.sources import FileSource, read

_SCHEME = "file://"


class Files:
    """The SQL files that manifests below `root` name. No file outside of it is read: a manifest may be another's."""

    def __init__(self, root: Path) -> None:
        self._root = (root if root.is_dir() else root.parent).resolve()
        self._seen: dict[Path, object] = {}

    def beside(self, manifest: str) -> Fetch:
        """What reads the URLs of one manifest: relative paths count from where that stands."""
        folder = Path(manifest).parent

        def fetch(url: str) -> Sequence[SourceText]:
            found = read(FileSource(path=self._path(folder, url)))
            for it in found:
                self._require_within(Path(it.name).resolve())
            return found

        return fetch

    def forget(self) -> None:
        """Look at no file any more, until it is read again."""
        self._seen.clear()

    def changed(self) -> bool:
        """Whether any file that was asked for came, went or changed since it was."""
        return any(_signature(path) != seen for path, seen in self._seen.items())

    def _path(self, folder: Path, url: str) -> Path:
        if not url.startswith(_SCHEME):
            raise UnsupportedFieldError(
                f"{url.partition('://')[0] or url}:// is not read here",
                hint="write file://PATH, or put the SQL in spec.schema.sql",
            )
        path = (folder / unquote(url.removeprefix(_SCHEME))).resolve()
        self._require_within(path)
        self._seen[path] = _signature(path)
        return path

    def _require_within(self, path: Path) -> None:
        if not path.is_relative_to(self._root):
            raise SourceNotFoundError(
                "the file is outside of the directory of the manifests", hint="keep it beside the manifest, or below"
            )


def _signature(path: Path) -> tuple[tuple[object, ...], ...]:
    return tuple(_signatures(path))


def _signatures(path: Path) -> Iterator[tuple[object, ...]]:
    for file in [path, *sorted(path.rglob("*"))] if path.is_dir() else [path]:
        try:
            stat = file.stat()
        except OSError:
            yield (str(file),)
        else:
            yield (str(file), stat.st_mtime_ns, stat.st_size, stat.st_ino)
