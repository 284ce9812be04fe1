"""Defaults and generated columns in one form."""

from __future__ import annotations

from schemactl.model import Column
from schemactl_mysql.options import Surroundings


def canonical_column(column: Column, around: Surroundings) -> Column:
    return column
