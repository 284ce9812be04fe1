"""Files as they are in a commit, read by the user's own git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

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
    here = GitSource(ref=ref, path=str(path))
    try:
        _git(here, "-C", _beside(path), "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    except SourceNotFoundError as error:
        raise SourceNotFoundError(
            f"there is no commit {ref} here, to read {path} of",
            hint="fetch it: a pipeline's clone may be cut short (fetch-depth: 0, GIT_DEPTH: 0)",
        ) from error
    top = _top(here, path)
    source = GitSource(ref=ref, path=path.resolve().relative_to(top).as_posix())
    there = source.path == "." or _git(source, "-C", str(top), "ls-tree", "-z", ref, "--", source.path)
    return source if there else None


def parting(ref: str, path: Path) -> str:
    """The commit at which HEAD and `ref` went apart: what merging HEAD changes is told from there.

    `ref` itself where git knows of none, as in a clone that is cut short. `path` is anywhere in the repository.
    """
    try:
        return _git(GitSource(ref=ref, path=""), "-C", _beside(path), "merge-base", ref, "HEAD").decode().split()[0]
    except SourceNotFoundError:
        return ref


def checked_out(ref: str, path: Path, into: Path) -> bool:
    """Write all files below a directory as they are in a commit into an empty one; False where the commit has none.

    They come as a checkout would have them; neither the index nor the files of the repository are touched. Raises
    SourceNotFoundError.
    """
    source = before(ref, path)
    if source is None:
        return False
    at = ("-C", str(_top(source, path)))
    with TemporaryDirectory(prefix="schemactl-") as folder:
        index = str(Path(folder, "index"))
        _git(source, *at, "read-tree", f"{ref}:{'' if source.path == '.' else source.path}", index=index)
        _git(source, *at, "checkout-index", "--all", f"--prefix={into}{os.sep}", index=index)
    return True


def _beside(path: Path) -> str:
    """The directory itself, or the nearest one above: git cannot be asked from where nothing is."""
    return str(next(it for it in (path.absolute(), *path.absolute().parents) if it.is_dir()))


def _top(source: GitSource, path: Path) -> Path:
    """Of the repository that a path is in."""
    said = _git(source, "-C", _beside(path), "rev-parse", "--show-toplevel")
    return Path(said.decode().rstrip("\n")).resolve()


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


def _git(source: GitSource, *arguments: str, stdin: bytes = b"", index: str = "") -> bytes:
    if source.ref.startswith("-"):
        raise SourceNotFoundError(f"{source.ref!r} is no name of a commit")
    where = ["-C", str(source.repository)] if source.repository is not None else []
    environment = {**os.environ, "GIT_INDEX_FILE": index} if index else None
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *where, *arguments],  # noqa: S607
            input=stdin,
            capture_output=True,
            check=False,
            env=environment,
        )
    except FileNotFoundError:
        raise SourceNotFoundError(f"cannot read {source}: git is not installed") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SourceNotFoundError(
            f"cannot read {source}: {said[0].removeprefix('fatal: ') if said else 'git failed'}",
            hint="write git:REF:PATH with the path from the root of the repository; run inside the repository",
        )
    return done.stdout
