"""What `postgres.toml` and `mysql.toml` say: which applications, and how the schema that each ships is loaded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemactl.dialect import SourceText
from schemactl.reading import Cursor, Source
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.read.scanner import Lexical
from schemactl_mysql.read.splitter import statements as statements_of_mysql
from schemactl_postgres.read.splitter import statements as statements_of_postgres
from schemactl_postgres.read.tokens import Source as SourceOfPostgres
from tests.support import mysql
from tests.support.servers import AnyServer

#: COPY with the rows that follow it, which are no SQL.
_COPY = re.compile(r"^COPY\b[^;]*\bFROM\s+stdin\b[^;]*;.*?^\\\.$", re.DOTALL | re.IGNORECASE | re.MULTILINE)
DIRECTORY = Path(__file__).parent


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
    """Kinds of statements, by their first words, that are no schema: the client runs them, schemactl gets none."""
    before: str = ""
    """SQL that the application's installer runs before each of the files."""
    given: tuple[File, ...] = ()
    """Files that are run before all others, and whose objects are none of schemactl's care."""
    schemas: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """The part of the database that is in schemactl's care."""
    moments: tuple[str, ...] = ()
    """Columns whose default is the moment at which they were made: no two databases have the same."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """What a server says of files that it does not take as they are shipped, by its image."""

    def refusal(self, server: mysql.Server) -> str | None:
        """What this server says of the files, as a pattern; None if it takes them."""
        image = f"{'mariadb' if server.mariadb else 'mysql'}:{'.'.join(map(str, server.version))}"
        said = self.refused.get(image)
        return None if said is None else re.escape(said)

    def described(self, texts: list[SourceText], server: AnyServer) -> list[SourceText]:
        """The files as desired state: without the statements that `leave_out` names."""
        return [SourceText(name=text.name, text=self.before + "".join(self._kept(text, server))) for text in texts]

    def _kept(self, text: SourceText, server: AnyServer) -> Iterator[str]:
        kinds = [tuple(kind.split()) for kind in self.leave_out]
        shipped = text.text.removeprefix("\ufeff")  # as readers do, whose offsets these are
        if "COPY" in self.leave_out:
            shipped = _COPY.sub("", shipped)
        at = 0
        for cursor in _statements(SourceText(name=text.name, text=shipped), server):
            if any(cursor.at(*kind) for kind in kinds):
                yield shipped[at : cursor.tokens[0].start]
                at = cursor.tokens[-1].stop
        yield shipped[at:]


def _statements(text: SourceText, server: AnyServer) -> Iterator[Cursor]:
    if isinstance(server, mysql.Server):
        flavour = Flavour(mariadb=server.mariadb, version=server.version)
        return statements_of_mysql(Source(text), Lexical(flavour=flavour))
    return statements_of_postgres(SourceOfPostgres(text))


def applications(dialect: str) -> list[Application]:
    """All that the manifest of a dialect lists, in its order."""
    with (DIRECTORY / f"{dialect}.toml").open("rb") as file:
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
