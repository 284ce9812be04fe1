"""Files that a command writes."""

from __future__ import annotations

from pathlib import Path

from schemactl.errors import UsageError


def write(file: Path, data: bytes, *, parents: bool = False, append: bool = False) -> None:
    """Raises UsageError where the file cannot be written. Directories are made with `parents` alone."""
    try:
        if parents:
            file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab" if append else "wb") as stream:
            stream.write(data)
    except OSError as error:
        raise UsageError(f"cannot write {error.filename or file}: {error.strerror}") from None
