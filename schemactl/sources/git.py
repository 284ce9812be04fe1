"""Files as they are in a commit, read by the user's own git."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from schemactl.errors import SourceNotFoundError
from schemactl.sources.words import GitSource

_SYMLINK, _SUBMODULE = "120000", "160000"


def files(source: GitSource) -> Iterator[tuple[str, bytes]]:
    """Name and content of the file, or of each .sql file below the directory. Raises SourceNotFoundError."""
    spec = f"{source.ref}:{source.path.rstrip('/')}"
    if _git(source, "cat-file", "-t", spec).strip() == b"blob":
        yield str(source), _git(source, "cat-file", "blob", spec)
        return
    entries = sorted(_tree(source, spec), key=lambda entry: entry[0].split("/"))
    if not entries:
        raise SourceNotFoundError(f"{source} holds no .sql file")
    top = source.path.rstrip("/")
    contents = _batch(source, [blob for _, blob in entries])
    for (name, _), data in zip(entries, contents, strict=True):
        yield f"git:{source.ref}:{top}/{name}" if top else f"git:{source.ref}:{name}", data


def before(ref: str, path: Path) -> GitSource | None:
    """The file or directory as it is in a commit; None where that has none. Raises SourceNotFoundError for no commit."""
    beside = path if path.is_dir() else path.parent
    here = GitSource(ref=ref, path=str(path))
    _git(here, "-C", str(beside), "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    top = Path(_git(here, "-C", str(beside), "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    source = GitSource(ref=ref, path=path.resolve().relative_to(top.resolve()).as_posix())
    there = _git(source, "ls-tree", "--full-tree", "-z", ref, "--", source.path)
    return source if there else None


def _tree(source: GitSource, spec: str) -> Iterator[tuple[str, str]]:
    """Name and blob id of the .sql files in a tree; hidden ones left out, as in a directory on disk."""
    for line in _git(source, "ls-tree", "-r", "-z", "--full-tree", spec).split(b"\0"):
        if not line:
            continue
        about, _, raw = line.partition(b"\t")
        mode, _, blob = about.decode().split()
        name = raw.decode("utf-8", "surrogateescape")
        if not name.lower().endswith(".sql") or any(part.startswith(".") for part in name.split("/")):
            continue
        if mode in (_SYMLINK, _SUBMODULE):
            raise SourceNotFoundError(f"{name} in {source} is a symbolic link or a submodule, which is not followed")
        yield name, blob


def _batch(source: GitSource, blobs: list[str]) -> Iterator[bytes]:
    """The contents, from one git process."""
    output = _git(source, "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    at = 0
    for _ in blobs:
        end = output.index(b"\n", at)
        size = int(output[at:end].split()[2])
        yield output[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _git(source: GitSource, *arguments: str, stdin: bytes = b"") -> bytes:
    if source.ref.startswith("-"):
        raise SourceNotFoundError(f"{source.ref!r} is no name of a commit")
    where = ["-C", str(source.repository)] if source.repository is not None else []
    try:
        done = subprocess.run(["git", *where, *arguments], input=stdin, capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise SourceNotFoundError(f"cannot read {source}: git is not installed") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SourceNotFoundError(
            f"cannot read {source}: {said[0].removeprefix('fatal: ') if said else 'git failed'}",
            hint="write git:REF:PATH with the path from the root of the repository; run inside the repository",
        )
    return done.stdout
