"""Sources into texts: reading files, directories and standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import assert_never

from schemactl.dialect import SourceText
from schemactl.errors import Place, SourceNotFoundError
from schemactl.sources import git
from schemactl.sources.words import FileSource, GitSource, InlineSource, Source, StdinSource, classify
from schemactl.urls import DatabaseUrl


def load(words: Iterable[str]) -> list[SourceText]:
    """All texts that the words name, in their order. Raises SourceNotFoundError, also for a database URL."""
    texts: list[SourceText] = []
    for word in words:
        source = classify(word)
        if isinstance(source, DatabaseUrl):
            raise SourceNotFoundError(
                f"{source} is a database, and SQL text is needed here",
                hint="save it with `schemactl inspect URL > schema.sql`, or compare the two with `schemactl diff`",
            )
        texts += read(source)
    return texts


def read(source: Source) -> list[SourceText]:
    """The texts of one source; never an empty list. Raises SourceNotFoundError."""
    match source:
        case InlineSource(name=name, text=text):
            return [SourceText(name=name, text=text)]
        case StdinSource():
            return [decode("<stdin>", _stdin())]
        case GitSource():
            return [decode(name, data) for name, data in git.files(source)]
        case FileSource(path=path):
            return [decode(str(file), _bytes(file)) for file in _files(path)]
        case _:
            assert_never(source)


def _files(path: Path) -> list[Path]:
    """The file itself, even an empty one; or the .sql files below a directory, of which there must be one."""
    if not path.is_dir():
        return [path]
    # Hidden names are not followed: the mount of a ConfigMap holds each file a second time below ..data.
    found = sorted(_walk(path), key=lambda file: file.relative_to(path).parts)
    if not found:
        raise SourceNotFoundError(
            f"the directory {path} holds no .sql file",
            hint="an empty schema is said by naming an empty file, not by an empty directory",
        )
    return found


def _walk(top: Path) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        raise SourceNotFoundError(f"cannot read the directory {error.filename}: {error.strerror}")

    for folder, folders, names in os.walk(top, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.lower().endswith(".sql") and not name.startswith("."):
                yield Path(folder, name)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise SourceNotFoundError(
            f"there is no file or directory {file}", hint=f"relative paths count from {Path.cwd()}"
        ) from None
    except OSError as error:
        raise SourceNotFoundError(f"cannot read {file}: {error.strerror}") from None


def _stdin() -> bytes:
    stream = getattr(sys.stdin, "buffer", None)
    data: bytes = stream.read() if stream is not None else sys.stdin.read().encode()
    return data


def decode(name: str, data: bytes) -> SourceText:
    """Raises SourceNotFoundError for what is not UTF-8."""
    try:
        return SourceText(name=name, text=data.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line_start = before.rfind(b"\n") + 1
        place = Place(
            file=name,
            line=before.count(b"\n") + 1,
            column=len(before[line_start:].decode("utf-8")) + 1,
            excerpt=data[line_start:].split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r"),
        )
        raise SourceNotFoundError(
            f"{name} is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}",
            place=place,
            hint=f"convert it, for instance with `iconv -f latin1 -t utf-8 {name}`",
        ) from None
