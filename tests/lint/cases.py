"""The cases of lint rules, out of their files, and the plans that they are about."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemactl import engine
from schemactl.dialect import SourceText
from schemactl.lint.registry import catalogue
from schemactl.lint.settings import lint_settings
from schemactl.plan import Plan
from tests.support.txtar import Archive

HERE = Path(__file__).parent
#: The directories of cases, by what their dialect is called.
DIALECTS = {"postgres": "postgresql", "mysql": "mysql", "mariadb": "mariadb"}


@dataclass(frozen=True, slots=True)
class Case:
    dialect: str
    name: str
    files: dict[str, str]

    @property
    def code(self) -> str:
        return self.name.partition("-")[0]

    def __str__(self) -> str:
        return f"{self.dialect}-{self.name}"

    def plan(self, to: str) -> Plan:
        """The plan from `before.sql` to this file."""
        version = self.files.get("version.txt", "").strip()
        return engine.diff(
            [SourceText(name="before.sql", text=self.files.get("before.sql", ""))],
            [SourceText(name=to, text=self.files[to])],
            dialect=self.dialect,
            version=tuple(map(int, version.split("."))) if version else None,
            lint=lint_settings(tomllib.loads(self.files.get("lint.toml", "")), catalogue().keys()),
            column_order="column_order.txt" in self.files,
        )


def cases() -> Iterator[Case]:
    for path in sorted(HERE.glob("*/*.txtar")):
        found: dict[str, dict[str, str]] = {}
        for name, text in Archive.read(path).files.items():
            case, _, file = name.partition("/")
            found.setdefault(case, {})[file] = text
        yield from (Case(DIALECTS[path.parent.name], name, files) for name, files in found.items())
