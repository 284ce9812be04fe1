"""The AtlasSchemas of a tree as targets of a review: as the change leaves them, and as its base has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from schemactl.agent.files import Files
from schemactl.agent.references import TreeReferences, variable
from schemactl.agent.tree import Entry, Snapshot, Tree
from schemactl.dialect import SourceText
from schemactl.errors import MissingReferenceError, SchemactlError
from schemactl.reconcile import Inputs, resolve, sources
from schemactl.resource import AtlasSchema
from schemactl.sources import git
from schemactl.urls import DatabaseUrl

#: The first line of a block whose lines are those of the text.
_LITERAL = re.compile(r"^\s*sql:\s*\|[-+0-9]*\s*(#.*)?$")


class Way(StrEnum):
    """What the change does to a manifest. UNKNOWN: nothing is known of a base."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"
    SAME = "same"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource as one state of the tree has it. `texts` of its desired schema, or what is wrong with them or with it."""

    entry: Entry
    references: TreeReferences = field(repr=False)
    texts: tuple[SourceText, ...] | SchemactlError = field(repr=False)

    @property
    def resource(self) -> AtlasSchema:
        return self.entry.resource

    @property
    def readable(self) -> tuple[SourceText, ...]:
        """The texts. Raises what is wrong with them."""
        if isinstance(self.texts, SchemactlError):
            raise self.texts
        return self.texts

    def inputs(self) -> Inputs:
        """With the URL of the database. A dev database that is not known here is left away. Raises SchemactlError."""
        try:
            return self._resolved(self.resource)
        except MissingReferenceError:
            bare = msgspec.structs.replace(self.resource.spec, dev_url=None, dev_url_from=None)
            return self._resolved(msgspec.structs.replace(self.resource, spec=bare))

    def _resolved(self, resource: AtlasSchema) -> Inputs:
        texts = self.readable
        return replace(resolve(resource, self.references, self.entry.locate, fetch=lambda _: texts), sources=texts)

    def url(self) -> DatabaseUrl | None:
        """Where that is known, and can be read."""
        try:
            return DatabaseUrl.parse(self.inputs().url)
        except SchemactlError:
            return None

    @property
    def addressed(self) -> tuple[object, ...]:
        """Where the credentials lead, whatever says so: a host may stand in a Secret of the tree."""
        url = self.url()
        return (self.resource.spec.credentials, None if url is None else (url.hosts, url.query, url.database))

    @property
    def sends_secrets(self) -> bool:
        """Whether a secret of the environment goes to a host that the manifest itself names."""
        given = self.resource.spec.credentials
        refs = [it.secret_key_ref for it in (given.user_from, given.password_from) if it] if given else []
        return any(it is not None and variable("SECRET", it.name, it.key) in self.references.environment for it in refs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One resource before the change and after it; None where it is not."""

    name: str
    way: Way
    before: Declared | None = field(repr=False)
    after: Declared | None = field(repr=False)

    @property
    def would_leak(self) -> bool:
        """Whether the change says anew where a secret of the environment is sent to: whoever writes it would get that.

        So may any tree of which nobody knows what it was before.
        """
        before, after = self.before, self.after
        if after is None or not after.sends_secrets:
            return False
        return before is None or before.addressed != after.addressed


def pairs(top: Path, base: str, environment: Mapping[str, str]) -> list[Pair]:
    """All resources below the directory, and those that the base has there. Raises NoManifestError and SourceNotFoundError.

    Without a `base` nothing is known of what the change does to each. `environment` has values of Secrets and ConfigMaps.
    """
    tree = Tree(top)
    after, snapshot = _side(tree, top, environment, str(top))
    if not base:
        tree.require_resource(snapshot)
        return [Pair(name=name, way=Way.UNKNOWN, before=None, after=it) for name, it in after.items()]
    with _base(base, top) as there:
        before = _side(Tree(there), there, environment, f"git:{base}:{top}")[0] if there is not None else {}
    if not before:
        tree.require_resource(snapshot)
    names = [*after, *(name for name in before if name not in after)]
    return [_pair(name, before.get(name), after.get(name)) for name in names]


def _pair(name: str, before: Declared | None, after: Declared | None) -> Pair:
    if before is None:
        way = Way.NEW
    elif after is None:
        way = Way.REMOVED
    else:
        way = Way.SAME if _same(before, after) else Way.CHANGED
    return Pair(name=name, way=way, before=before, after=after)


def _same(one: Declared, other: Declared) -> bool:
    """Whether nothing is to be done anew: the resource, its texts and its database are what they were."""
    if isinstance(one.texts, SchemactlError) or isinstance(other.texts, SchemactlError):
        return False
    texts, others = ([it.text.lstrip("\n") for it in texts] for texts in (one.texts, other.texts))
    return (one.resource, texts, one.url()) == (other.resource, others, other.url())


@contextmanager
def _base(ref: str, top: Path) -> Iterator[Path | None]:
    """The directory as it is where the change begins; None where it is not there."""
    with TemporaryDirectory(prefix="schemactl-base-") as folder:
        there = Path(folder).resolve()
        yield there if git.checked_out(git.parting(ref, top), top, there) else None


def _side(tree: Tree, top: Path, environment: Mapping[str, str], shown: str) -> tuple[dict[str, Declared], Snapshot]:
    """`shown` is what the directory is called before people."""
    tree.changed()
    snapshot = tree.snapshot()
    references, files = TreeReferences(snapshot, environment), Files(top)
    called = partial(_called, top.resolve(), shown)
    found = {
        name: Declared(entry, references, _texts(entry, references, files, called))
        for name, entry in snapshot.entries.items()
    }
    return found, snapshot


def _called(top: Path, shown: str, text: str) -> str:
    return text.replace(str(top), shown)


def _texts(
    entry: Entry, references: TreeReferences, files: Files, called: Callable[[str], str]
) -> tuple[SourceText, ...] | SchemactlError:
    if entry.error is not None:
        return entry.error
    try:
        found = sources(entry.resource, references, entry.locate, fetch=files.beside(entry.file))
    except SchemactlError as error:
        error.message = called(error.message)
        return error
    if entry.resource.spec.schema.sql is not None:
        return _inline(entry, found)
    return tuple(replace(it, name=called(it.name)) for it in found)


def _inline(entry: Entry, found: tuple[SourceText, ...]) -> tuple[SourceText, ...]:
    """SQL in a literal block, in the lines of its file: what is said of it then stands where a reviewer reads it."""
    place = entry.locate("spec.schema.sql")
    if place is None:
        return found
    lines = Path(entry.file).read_text(encoding="utf-8").splitlines()
    if place.line > len(lines) or not _LITERAL.search(lines[place.line - 1]):
        return found
    return tuple(replace(it, name=entry.file, text="\n" * place.line + it.text) for it in found)
