"""Lint rules that only Postgres has. What they say of costs follows from the hazards and locks of costs.toml."""

from schemactl.lint.rule import Rule
from schemactl_postgres.lint import access, alignment, columns, constraints, indexes, tables

RULES: tuple[Rule, ...] = (
    *indexes.RULES,
    *columns.RULES,
    *constraints.RULES,
    *tables.RULES,
    *alignment.RULES,
    *access.RULES,
)
