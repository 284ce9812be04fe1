"""All rules: those for every database, and those of each dialect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from schemactl import dialect as dialects
from schemactl.dialect import Dialect
from schemactl.lint.nolint import Lexis
from schemactl.lint.rule import Rule
from schemactl.lint.rules import RULES


@runtime_checkable
class HasRules(Protocol):
    """What a dialect offers beside the rest that has lint rules of its own."""

    def lint_rules(self) -> Sequence[Rule]: ...

    def lint_lexis(self) -> Lexis:
        """How comments in its SQL are found."""
        ...


def rules_of(dialect: Dialect) -> tuple[Rule, ...]:
    """The rules that look at plans of a dialect, by code."""
    own = dialect.lint_rules() if isinstance(dialect, HasRules) else ()
    return tuple(sorted((*RULES, *own), key=lambda it: it.code))


def lexis_of(dialect: Dialect) -> Lexis:
    return dialect.lint_lexis() if isinstance(dialect, HasRules) else Lexis()


def catalogue() -> dict[str, Rule]:
    """All rules of all installed dialects, by code."""
    found = {rule.code: rule for name in dialects.names() for rule in rules_of(dialects.find(name))}
    return dict(sorted(found.items()))
