"""Defaults and generated columns in one form."""

from __future__ import annotations

import re
from dataclasses import replace

from schemactl.model import Column, Expression
from schemactl_mysql.options import Surroundings
from schemactl_mysql.sql import quoted


def canonical_column(column: Column, around: Surroundings) -> Column:
    """A sequence of the connection's own database is named without it, so that a print of it fits another database."""
    default = column.default
    if default is None or not around.database or not around.flavour.mariadb:
        return column
    own = rf"\b((?:lastval|nextval|setval)\(){re.escape(quoted(around.database))}\."
    text = re.sub(own, r"\1", default.text)
    return column if text == default.text else replace(column, default=Expression(text=text, canonical=text))
