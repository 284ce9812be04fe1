"""Scenario files: a script, then the files it works on, in one text (the txtar format of Go's testscript)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

# The name has an extension, so that an SQL comment such as "-- users --" is none.
_MARK = re.compile(r"^-- (?P<name>[\w./+-]*\.\w+) --[ \t]*(?:\n|\Z)", re.MULTILINE)


class MalformedArchive(ValueError):
    """The text is no archive."""


@dataclass(slots=True)
class Archive:
    script: str
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Archive:
        marks = list(_MARK.finditer(text))
        ends = [mark.start() for mark in marks] + [len(text)]
        archive = cls(text[: ends[0]])
        for mark, end in zip(marks, ends[1:], strict=True):
            name, path = mark["name"], PurePosixPath(mark["name"])
            if path.is_absolute() or ".." in path.parts:
                raise MalformedArchive(f"the file {name} lies outside the scenario's directory")
            if name in archive.files:
                raise MalformedArchive(f"there are two files {name}")
            archive.files[name] = text[mark.end() : end]
        return archive

    @classmethod
    def read(cls, path: Path) -> Archive:
        return cls.parse(path.read_text(encoding="utf-8"))

    def format(self) -> str:
        """The text that `parse` would read this from. Text lacking its last line break gets one."""
        parts = [self.script, *(f"-- {name} --\n{text}" for name, text in self.files.items())]
        return "".join(part if part.endswith("\n") or not part else part + "\n" for part in parts)

    def unpack(self, directory: Path) -> None:
        for name, text in self.files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
