"""What the readers of all dialects share: sources with places, tokens, a reading head, hints."""

from schemactl.reading.cursor import Cursor
from schemactl.reading.source import Source
from schemactl.reading.tokens import Sort, Token

__all__ = ["Cursor", "Sort", "Source", "Token"]
