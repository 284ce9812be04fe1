"""What a SOURCE word of the command line means. Opens nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from schemactl.errors import SourceNotFoundError
from schemactl.urls import DatabaseUrl


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """A file, or a directory with .sql files in it."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class StdinSource:
    """Standard input, to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSource:
    """A file or directory as it is in a commit. `path` counts from the root of the repository, as in `git show`: the
    one that we run in, if none is named."""

    ref: str
    path: str
    repository: Path | None = None

    def __str__(self) -> str:
        return f"git:{self.ref}:{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineSource:
    """SQL that stands in a manifest. `name` says where, for the places of errors."""

    name: str
    text: str


Source = FileSource | StdinSource | GitSource | InlineSource


def classify(word: str) -> Source | DatabaseUrl:
    """A path, `file://PATH`, `-`, `git:REF:PATH` or a database URL.

    Raises UrlError for a URL that cannot be read or that no dialect speaks.
    """
    if word == "-":
        return StdinSource()
    if word.startswith("git:") and not word.startswith("git://"):
        ref, colon, path = word.removeprefix("git:").partition(":")
        if not colon or not ref:
            raise SourceNotFoundError(f"{word!r} names no commit or no path", hint="write git:REF:PATH")
        return GitSource(ref=ref, path=path)
    if word.startswith("file://"):
        word = unquote(word.removeprefix("file://"))
    elif "://" in word:
        return DatabaseUrl.parse(word)
    if not word:
        raise SourceNotFoundError("a source of the desired schema is empty text", hint="name a file or a directory")
    return FileSource(path=Path(word))
