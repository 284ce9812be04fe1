"""Markdown that holds what others wrote: names, sentences and SQL, none of which may become markup, a mention or a tag.

The form is GitHub's (https://github.github.com/gfm/), which GitLab and Gitea read as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from schemactl.render.words import one_line

_MARKUP = "\\`*_{}[]()<>#+!|~&"
#: Keeps an @ from calling a person, and a # an issue: the platforms look for these after Markdown was read.
_BREAK = "&#8203;"


def safe(text: str) -> str:
    """A sentence on one line, in which nothing is a link, a tag, a cell or a call."""
    escaped = "".join(f"\\{c}" if c in _MARKUP else c for c in one_line(text))
    return escaped.replace("@", f"@{_BREAK}").replace("\\#", f"\\#{_BREAK}").replace("://", f":{_BREAK}//")


def code(text: str) -> str:
    """A name as code. A pipe would end a cell, even there, and cannot be escaped outside of one: it is written broken."""
    text = one_line(text).replace("|", "¦")
    ticks = "`" * (_longest(r"`+", text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def fenced(text: str, language: str = "") -> Iterator[str]:
    """The lines of a block of code, within a fence that is longer than any in the text."""
    fence = "`" * max(3, _longest(r"`+", text) + 1)
    yield f"{fence}{language}"
    yield from text.rstrip("\n").split("\n")
    yield fence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Cells are Markdown already."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def folded(title: str, lines: Iterable[str], *, opened: bool = False) -> Iterator[str]:
    """A block that is folded away under its title, which is HTML: see `escaped`."""
    yield f"<details{' open' if opened else ''}><summary>{title}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"


def escaped(text: str) -> str:
    """Text within HTML."""
    text = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    for character in "\\`*_[]~":
        text = text.replace(character, f"&#{ord(character)};")
    return text.replace("@", f"@{_BREAK}").replace("://", f":{_BREAK}//")


def _longest(pattern: str, text: str) -> int:
    return max((len(found) for found in re.findall(pattern, text)), default=0)
