"""One file of the desired schema, and how an offset in it becomes a place."""

from __future__ import annotations

import re
from bisect import bisect_right

from schemactl.dialect import SourceText
from schemactl.errors import Place


class Source:
    """Its name as the user knows it, and its text without a byte order mark."""

    __slots__ = ("_last", "_lines", "name", "text")

    def __init__(self, source: SourceText) -> None:
        self.name = source.name
        self.text = source.text.removeprefix("\ufeff")
        self._lines = [0]
        self._lines.extend(m.end() for m in re.finditer("\n", self.text))
        self._last = (0, "")

    def place(self, offset: int) -> Place:
        """The place of an offset; lines and columns count from 1, columns in characters."""
        line = bisect_right(self._lines, offset)
        start = self._lines[line - 1]
        return Place(file=self.name, line=line, column=offset - start + 1, excerpt=self._excerpt(line))

    def place_of(self, line: int, column: int) -> Place:
        """That of a line and a column that another reader of the text counted, from 1."""
        return self.place(self._lines[line - 1] + column - 1)

    def _excerpt(self, number: int) -> str:
        """The line; one object for all places in it, as long as they are asked for one after another."""
        if self._last[0] != number:
            start = self._lines[number - 1]
            self._last = (number, self.text[start : self.line_end(start)].rstrip("\r"))
        return self._last[1]

    def line_end(self, offset: int) -> int:
        end = self.text.find("\n", offset)
        return end if end >= 0 else len(self.text)
