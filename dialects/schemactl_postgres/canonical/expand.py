"""BETWEEN, IN and row comparison in the words that the server stores them in."""

from __future__ import annotations

from typing import Any

from schemactl_postgres.canonical.tokens import Unreadable
from schemactl_postgres.canonical.tree import Array, Between, In, Logic, Node, Operation, Quantified, Ref, Row


def expanded(node: Node) -> Node:
    """BETWEEN and IN in the words that the server stores them in."""
    if isinstance(node, Between):
        return _between(node)
    if isinstance(node, In):
        return _in(node)
    return _rows(node) if isinstance(node, Operation) else node


def _between(node: Between) -> Node:
    word, other = ("OR", "AND") if node.negated else ("AND", "OR")
    below, above = ("<", ">") if node.negated else (">=", "<=")

    def bounds(low: Node, high: Node) -> Node:
        return Logic(word, (Operation(below, node.operand, low), Operation(above, node.operand, high)))

    if not node.symmetric:
        return bounds(node.low, node.high)
    return Logic(other, (bounds(node.low, node.high), bounds(node.high, node.low)))


def _rows(node: Operation) -> Node:
    """(a, b) = (1, 2), column by column."""
    left, right = node.left, node.right
    if node.operator in ("=", "<>") and isinstance(left, Row) and isinstance(right, Row):
        if len(left.items) != len(right.items):
            raise Unreadable("rows of different length")
        pairs = zip(left.items, right.items, strict=True)
        return Logic("AND" if node.operator == "=" else "OR", tuple(Operation(node.operator, *pair) for pair in pairs))
    return node


def _in(node: In) -> Node:
    """Constants are kept in one array, and columns compared each by itself."""
    sign, word, joint = ("<>", "ALL", "AND") if node.negated else ("=", "ANY", "OR")
    rows = isinstance(node.operand, Row)
    constants = tuple(item for item in node.items if not rows and not mentions(item))
    columns = tuple(item for item in node.items if rows or mentions(item))
    tests: list[Node] = [Operation(sign, node.operand, item) for item in columns]
    if len(constants) == 1:
        tests.insert(0, Operation(sign, node.operand, constants[0]))
    elif constants:
        tests.insert(0, Quantified(sign, node.operand, word, Array(constants), listed=True))
    return tests[0] if len(tests) == 1 else Logic(joint, tuple(tests))


def mentions(node: Any) -> bool:
    """Whether a column stands anywhere in the tree."""
    if isinstance(node, Ref):
        return True
    return isinstance(node, tuple) and any(mentions(part) for part in node)
