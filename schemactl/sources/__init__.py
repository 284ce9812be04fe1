"""Where desired state is written: each word of a user becomes a source, each source becomes texts."""

from schemactl.sources.load import load, read
from schemactl.sources.repository import Repository
from schemactl.sources.web import fetch
from schemactl.sources.words import FileSource, GitSource, InlineSource, Source, StdinSource, classify

__all__ = [
    "FileSource",
    "GitSource",
    "InlineSource",
    "Repository",
    "Source",
    "StdinSource",
    "classify",
    "fetch",
    "load",
    "read",
]
