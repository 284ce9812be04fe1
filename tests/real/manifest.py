"""What `manifest.toml` says: which applications, and how the schema that each ships is loaded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemactl.dialect import SourceText
from schemactl_postgres.read.splitter import statements
from schemactl_postgres.read.tokens import Source

#: COPY with the rows that follow it, which are no SQL.
_COPY = re.compile(r"^COPY\b[^;]*\bFROM\s+stdin\b[^;]*;.*?^\\\.$", re.DOTALL | re.IGNORECASE | re.MULTILINE)
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
    given: tuple[File, ...] = ()
    """Files that are run before all others, and whose objects are none of schemactl's care."""
    schemas: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """The part of the database that is in schemactl's care."""
    moments: tuple[str, ...] = ()
    """Columns whose default is the moment at which they were made: no two databases have the same."""

    def described(self, texts: list[SourceText]) -> list[SourceText]:
        """The files as desired state: without the statements that `leave_out` names."""
        return [SourceText(name=text.name, text=self.before + "".join(self._kept(text))) for text in texts]

    def _kept(self, text: SourceText) -> Iterator[str]:
        kinds = [tuple(kind.split()) for kind in self.leave_out]
        if "COPY" in self.leave_out:
            text = SourceText(name=text.name, text=_COPY.sub("", text.text))
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
        return [_application(entry) for entry in tomllib.load(file)["application"]]


def _application(entry: dict[str, Any]) -> Application:
    found: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    found["files"], found["given"] = tuple(_files(entry["files"])), tuple(_files(entry.get("given", {})))
    return Application(**found)


def _files(packages: dict[str, list[str]]) -> Iterator[File]:
    for package, paths in packages.items():
        registry, _, name = package.partition(":")
        for path in paths:
            yield File(package=Package(registry, name), path=path)
