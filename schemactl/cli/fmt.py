"""`schemactl fmt`: SQL files laid out alike."""

from __future__ import annotations

import sys
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemactl.cli.run import current
from schemactl.cli.writing import write
from schemactl.errors import UsageError

if TYPE_CHECKING:
    from schemactl.dialect import SourceText

#: The exit code where --check or --diff found something: changes are pending.
PENDING = 2


@click.command(
    "fmt",
    epilog="""\b
Examples:
  schemactl fmt schema/                            # all .sql files below it
  schemactl fmt --check --dialect mysql schema.sql
  schemactl fmt --diff schema.sql
  schemactl fmt - < old.sql > new.sql

\b
Takes sqlfluff: pip install 'schemactl[fmt]'. A .sqlfluff beside the files says how deep to indent and where commas stand.
Exit codes: 0 done, or nothing to do; 2 with --check or --diff, files are laid out otherwise.
""",
)
@click.argument("sources", nargs=-1, required=True, metavar="FILE...")
@click.option("--dialect", default="postgresql", show_default=True, metavar="NAME", help="The dialect of the SQL.")
@click.option("--check", is_flag=True, help="Write nothing: name the files that are laid out otherwise.")
@click.option("--diff", is_flag=True, help="Write nothing: show what would change.")
def command(sources: tuple[str, ...], dialect: str, check: bool, diff: bool) -> int:
    """Lay SQL files out: blanks and line breaks, nothing else. Each file is written only once it is proved that the tokens
    and comments are those that it had. What sqlfluff does not understand is left as it is, and said.
    """
    from schemactl.dialect import LaysOut, find
    from schemactl.layout import laid_out

    speaks = find(dialect)
    if not isinstance(speaks, LaysOut):
        raise UsageError(f"no layout is known for {speaks.name}")
    run = current()
    pending = 0
    texts = _texts(sources)
    for source in texts:
        done = laid_out(source, speaks)
        if done.unknown is not None:
            run.note(f"{done.unknown}: left as it is, sqlfluff does not understand this")
        changed = done.text != source.text
        pending += changed
        if diff:
            sys.stdout.write(_diff(source, done.text))
        elif check:
            sys.stdout.write(f"{source.name}\n" if changed else "")
        elif source.name == "<stdin>":
            sys.stdout.write(done.text)
        elif changed:
            write(Path(source.name), done.text.encode())
            run.note(f"{source.name}: laid out")
    if check or diff:
        run.note(f"{pending} of {len(texts)} files are laid out otherwise" if pending else "all is laid out")
    return PENDING if pending and (check or diff) else 0


def _texts(words: tuple[str, ...]) -> list[SourceText]:
    """Of files that can be written. Raises UsageError for other sources."""
    from schemactl.sources import load

    for word in words:
        if word != "-" and not Path(word).exists():
            raise UsageError(f"there is no file or directory {word}")
    return load(words)


def _diff(source: SourceText, text: str) -> str:
    before, after = source.text.splitlines(keepends=True), text.splitlines(keepends=True)
    lines = unified_diff(before, after, source.name, source.name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
