"""The manifests below a directory, read again whenever a file changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from schemactl.errors import ManifestError, NoManifestError, Place
from schemactl.resource import AtlasSchema, ConfigMap, Metadata, Secret, Unrelated, documents, manifest, subject
from schemactl.resource.documents import Document

SUFFIXES = frozenset({".yaml", ".yml"})

#: (namespace, name) to key to value.
Values = dict[tuple[str, str], dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One resource, or one thing that was meant to be one: then `error` says what is wrong with it."""

    name: str
    file: str
    resource: AtlasSchema
    error: ManifestError | None = None
    locate: Callable[[str], Place | None] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that the tree holds at one moment. `passed_over` are kind and file of what is nothing to us."""

    entries: dict[str, Entry]
    secrets: Values
    config_maps: Values
    passed_over: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Parsed:
    """One document of a file, and what it is; or no document, and why the file cannot be read."""

    document: Document | None
    found: AtlasSchema | Secret | ConfigMap | Unrelated | ManifestError


class Tree:
    """A directory tree (or a single file) of manifests. Files are parsed again only when they changed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[Path, tuple[tuple[int, ...], tuple[_Parsed, ...]]] = {}
        #: The resources that each file held when it could last be read.
        self._names: dict[str, tuple[str, ...]] = {}

    def changed(self) -> bool:
        """Whether any file came, went or changed since the last call."""
        now = {path: _signature(path) for path in _files(self._root)}
        before = {path: signature for path, (signature, _) in self._files.items()}
        if now == before:
            return False
        self._files = {
            path: self._files[path] if before.get(path) == signature else (signature, _parsed(path))
            for path, signature in now.items()
        }
        return True

    def snapshot(self) -> Snapshot:
        """What the files hold, as read by the last `changed`."""
        entries: dict[str, Entry] = {}
        secrets: Values = {}
        config_maps: Values = {}
        passed_over: list[tuple[str, str]] = []
        names: dict[str, tuple[str, ...]] = {}

        def add(entry: Entry) -> None:
            entries[entry.name if entry.name not in entries else f"{entry.name}@{entry.locate('')}"] = entry

        for path, (_, parsed) in self._files.items():
            file = str(path)
            for one in parsed:
                match one.found:
                    case AtlasSchema() as resource:
                        add(_unless_repeated(_entry(file, one.document, resource), entries))
                    case Secret() | ConfigMap() as source:
                        values = secrets if isinstance(source, Secret) else config_maps
                        key = (source.metadata.namespace, source.metadata.name)
                        if key in values:
                            add(_broken(file, file, _repeated(one.document, f"{key[0]}/{key[1]}")))
                        else:
                            values[key] = source.values()
                    case Unrelated(kind=kind):
                        passed_over.append((kind, file))
                    case ManifestError() as error:
                        for name in self._meant(file, one.document):
                            add(_broken(name, file, error))
            readable = all(one.document is not None for one in parsed)
            names[file] = (
                tuple(e.name for e in entries.values() if e.file == file and e.name != file)
                if readable
                else self._names.get(file, ())
            )
        self._names = names
        return Snapshot(entries=entries, secrets=secrets, config_maps=config_maps, passed_over=tuple(passed_over))

    def require_resource(self, snapshot: Snapshot) -> None:
        """Raise NoManifestError where there is nothing at all to reconcile."""
        if snapshot.entries:
            return
        if not self._root.exists():
            raise NoManifestError(f"there is no directory {self._root}", hint="name the directory with the manifests")
        kinds = sorted({kind for kind, _ in snapshot.passed_over})
        found = f"; found were: {', '.join(kinds)}" if kinds else ""
        raise NoManifestError(
            f"{self._root} holds no AtlasSchema{found}",
            hint="an AtlasSchema has apiVersion: db.atlasgo.io/v1alpha1, in a file ending in .yaml or .yml",
        )

    def _meant(self, file: str, document: Document | None) -> tuple[str, ...]:
        """The resources that an error is about. A file that cannot be read is about all that it held before."""
        if document is None:
            return self._names.get(file) or (file,)
        value = document.value
        is_ours = isinstance(value, dict) and value.get("kind") == "AtlasSchema"
        return ((is_ours and subject(document)) or file,)


def _entry(file: str, document: Document | None, resource: AtlasSchema) -> Entry:
    assert document is not None
    return Entry(name=resource.name, file=file, resource=resource, locate=document.place)


def _broken(name: str, file: str, error: ManifestError) -> Entry:
    namespace, _, bare = name.rpartition("/")
    resource = AtlasSchema(metadata=Metadata(name=bare, namespace=namespace or "default"))
    return Entry(name=name, file=file, resource=resource, error=error, locate=lambda _path: error.place)


def _unless_repeated(entry: Entry, entries: dict[str, Entry]) -> Entry:
    first = entries.get(entry.name)
    if first is None:
        return entry
    error = ManifestError(
        f"{entry.name} is declared twice, first at {first.locate('')}",
        place=entry.locate(""),
        subject=entry.name,
        hint="remove one of the two",
    )
    return _broken(entry.name, entry.file, error)


def _repeated(document: Document | None, name: str) -> ManifestError:
    place = document.place() if document else None
    return ManifestError(f"the Secret or ConfigMap {name} is declared twice", place=place, hint="remove one of the two")


def _files(root: Path) -> Iterator[Path]:
    """The files in a fixed order. Hidden directories are left out: .git, and the ..data of mounted volumes."""
    if root.is_file():
        yield root
        return
    for folder, folders, files in os.walk(root, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                yield Path(folder, name)


def _signature(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except OSError:
        return ()
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino)


def _parsed(path: Path) -> tuple[_Parsed, ...]:
    file = str(path)
    try:
        found = list(documents(path.read_text(encoding="utf-8"), file))
    except ManifestError as error:
        return (_Parsed(None, error),)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        place = Place(file=file, line=1, column=1)
        return (_Parsed(None, ManifestError(f"the file cannot be read: {why}", place=place)),)
    return tuple(_Parsed(document, _manifest(document)) for document in found)


def _manifest(document: Document) -> AtlasSchema | Secret | ConfigMap | Unrelated | ManifestError:
    try:
        return manifest(document)
    except ManifestError as error:
        return error
