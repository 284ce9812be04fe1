"""The rules for every database, one family a module. What only one database has is in its dialect."""

from schemactl.lint.rule import Rule
from schemactl.lint.rules import (
    constraints,
    data_dependent,
    design,
    destructive,
    incompatible,
    injection,
    naming,
    transactions,
)

RULES: tuple[Rule, ...] = (
    *destructive.RULES,
    *data_dependent.RULES,
    *incompatible.RULES,
    *constraints.RULES,
    *naming.RULES,
    *transactions.RULES,
    *design.RULES,
    *injection.RULES,
)
