"""Which rows of a table the bounds of a partition leave out."""

from __future__ import annotations

from collections.abc import Sequence

from schemactl.model import Expression
from schemactl_postgres.ddl.rows import Rows, columns_in
from schemactl_postgres.options import Bound, Partition, TableOptions
from schemactl_postgres.sql import literal, qualified

_ENDS = frozenset({"MINVALUE", "MAXVALUE"})


def outside(rows: Rows, it: Partition) -> str | None:
    """A condition on the live rows; None where it cannot be told, as of a key of expressions, or for DEFAULT."""
    parent = rows.context.tables.get(it.parent)
    key = parent.options.partition_by if parent is not None and isinstance(parent.options, TableOptions) else None
    if key is None:
        return None
    names = [part.column for part in key.parts]
    if any(name is None or rows.was.column(name) is None for name in names):
        return None
    if any(part.collation or columns_in(part.expression) for part in key.parts):
        return None
    columns = [rows.live(name) for name in names if name is not None]
    bound = it.bound
    match bound.form:
        case "IN":
            return f"({_in(columns[0], bound)}) IS NOT TRUE"
        case "WITH":
            # A parent that is made in the same plan is not there to be asked.
            if it.parent not in rows.context.live or it.parent in rows.context.renamed.values():
                return None
            modulus, remainder = (value.text for value in bound.values)
            known = f"{literal(qualified(it.parent)).strip()}::regclass"
            return f"NOT satisfies_hash_partition({known}, {modulus}, {remainder}, {', '.join(columns)})"
        case "FROM":
            whole = " AND ".join(f"{c} IS NOT NULL" for c in columns)
            below, above = _compared(columns, bound.values, lower=True), _compared(columns, bound.upper, lower=False)
            return f"({whole} AND {below} AND {above}) IS NOT TRUE"
        case _:
            return None


def _in(column: str, bound: Bound) -> str:
    texts = [value.text for value in bound.values]
    some = [text for text in texts if text.upper() != "NULL"]
    conditions = [f"{column} IN ({', '.join(some)})"] if some else []
    conditions += [f"{column} IS NULL"] if len(some) < len(texts) else []
    return " OR ".join(conditions)


def _compared(columns: Sequence[str], values: Sequence[Expression], *, lower: bool) -> str:
    """Whether the columns are at or above a lower bound, or below an upper one, as the server compares them.

    From the first MINVALUE or MAXVALUE on nothing that follows counts.
    """
    end = next((value.text.upper() for value in values if value.text.upper() in _ENDS), None)
    count = next((i for i, value in enumerate(values) if value.text.upper() in _ENDS), len(values))
    if end is None:
        operator = ">=" if lower else "<"
    else:
        # (a, MINVALUE) comes before all rows with a, (a, MAXVALUE) after them.
        operator = (">=" if end == "MINVALUE" else ">") if lower else ("<" if end == "MINVALUE" else "<=")
    if not count:
        return "true" if (end == "MINVALUE") == lower else "false"
    left, right = ", ".join(columns[:count]), ", ".join(value.text for value in values[:count])
    return f"({left}) {operator} ({right})"
