"""Lint rules that only MySQL and MariaDB have. What they say of costs follows from the forecasts of online.toml."""

from schemactl.lint.rule import Rule
from schemactl_mysql.lint import columns, constraints, tables, values

RULES: tuple[Rule, ...] = (*columns.RULES, *values.RULES, *constraints.RULES, *tables.RULES)
