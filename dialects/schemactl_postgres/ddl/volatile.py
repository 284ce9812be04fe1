"""Which defaults the server works out once for all rows, and which it works out for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemactl.model import Expression
from schemactl_postgres.canonical.syntax import parse
from schemactl_postgres.canonical.tree import Between, Call, Cast, Distinct, In, Operation, Quantified, Text
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.settle_privileges import surroundings


def is_constant(context: Context, it: Expression, *, live: bool = False) -> bool:
    """Whether it is known to be worked out once, as the server goes by: nothing in it is VOLATILE.

    What is not known to be otherwise may give each row a value of its own. `live`: and it can be worked out now, with
    nothing that the plan makes or alters.
    """
    tree = parse(it.text.strip())
    if tree is None:
        return False
    server = surroundings(context.actual)
    for name in _called(tree):
        made = context.routines.get(name, ())
        is_new = bool(made) and not live and name not in server.volatile
        if not (name in server.steady or is_new) or any(it.volatility == "VOLATILE" for it in made):
            return False
    return True


def _called(node: tuple[Any, ...]) -> Iterator[str]:
    """The names, without their schemas, of the functions and operators that an expression calls.

    "" where it cannot be told: of a cast to a type that is not the server's, of something other than a literal.
    """
    match node:
        case Call():
            yield node.name[-1]
        case Operation() | Quantified():
            yield node.operator.rpartition(".")[2] or node.operator
        case In() | Distinct():
            yield "="
        case Between():
            yield from ("<=", ">=")
        case Cast() if node.type.schema != "" and not isinstance(node.operand, Text):
            yield ""
    for part in node:
        if isinstance(part, tuple):
            yield from _called(part)
