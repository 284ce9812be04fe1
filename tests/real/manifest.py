"""What `manifest.toml` says: which applications, and how the schema that each ships is loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemactl.dialect import SourceText
from schemactl_postgres.read.splitter import statements
from schemactl_postgres.read.tokens import Source

MANIFEST = Path(__file__).with_name("manifest.toml")


@dataclass(frozen=True, slots=True)
class Package:
    registry: str
    """`apt` or `pypi`."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    package: Package
    path: str
    """Within the package; what ends in `.gz` is unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    name: str
    files: tuple[File, ...]
    """In the order in which the application loads them."""
    leave_out: tuple[str, ...] = ()
    """Kinds of statements, by their first words, that are no schema: psql runs them, schemactl is not given them."""
    before: str = ""
    """SQL that the application's installer runs before each of the files."""
    moments: tuple[str, ...] = ()
    """Columns whose default is the moment at which they were made: no two databases have the same."""

    def described(self, texts: list[SourceText]) -> list[SourceText]:
        """The files as desired state: without the statements that `leave_out` names."""
        return [SourceText(name=text.name, text=self.before + "".join(self._kept(text))) for text in texts]

    def _kept(self, text: SourceText) -> Iterator[str]:
        kinds = [tuple(kind.split()) for kind in self.leave_out]
        source = Source(text)
        at = 0
        for cursor in statements(source):
            if any(cursor.at(*kind) for kind in kinds):
                yield source.text[at : cursor.tokens[0].start]
                at = cursor.tokens[-1].stop
        yield source.text[at:]


def applications() -> list[Application]:
    """All that the manifest lists, in its order."""
    with MANIFEST.open("rb") as file:
        return [_application(**entry) for entry in tomllib.load(file)["application"]]


def _application(
    *,
    name: str,
    files: dict[str, list[str]],
    leave_out: tuple[str, ...] | list[str] = (),
    before: str = "",
    moments: tuple[str, ...] | list[str] = (),
) -> Application:
    found = []
    for package, paths in files.items():
        registry, _, title = package.partition(":")
        found += [File(package=Package(registry, title), path=path) for path in paths]
    return Application(name=name, files=tuple(found), leave_out=tuple(leave_out), before=before, moments=tuple(moments))
