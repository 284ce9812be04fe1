"""Routines, and the triggers that call them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from schemactl.model import (
    Aggregate,
    Argument,
    EventTrigger,
    Kind,
    ObjectKey,
    Routine,
    SchemaObject,
    Trigger,
    Unsupported,
)
from schemactl_postgres.inspect import rows
from schemactl_postgres.inspect.rows import AggregateRow, RoutineRow, TriggerRow
from schemactl_postgres.inspect.session import Snapshot
from schemactl_postgres.inspect.values import data_type, expression, optional_expression, pairs

MODES = {"i": "IN", "o": "OUT", "b": "INOUT", "v": "VARIADIC", "t": "TABLE"}
VOLATILITIES = {"i": "IMMUTABLE", "s": "STABLE", "v": "VOLATILE"}
PARALLEL = {"s": "SAFE", "r": "RESTRICTED", "u": "UNSAFE"}
#: Bits of pg_trigger.tgtype.
_ROW, _BEFORE, _INSTEAD = 1, 2, 64
_EVENTS = ((4, "INSERT"), (8, "DELETE"), (16, "UPDATE"), (32, "TRUNCATE"))

Uses = Mapping[tuple[str, int], tuple[ObjectKey, ...]]


def called(view: Snapshot) -> tuple[list[SchemaObject], list[Unsupported]]:
    """Routines, triggers and event triggers, and those that the model cannot hold."""
    uses = _uses(view.rows(rows.ROUTINE_USES))
    found: list[SchemaObject] = []
    refused: list[Unsupported] = []
    for row in view.rows(rows.ROUTINES):
        routine = _routine(row, uses)
        if row.has_transforms:
            refused.append(Unsupported(key=routine.key, what="a routine with TRANSFORM"))
        else:
            found.append(routine)
    found += [_aggregate(row, uses) for row in view.rows(rows.AGGREGATES)]
    found += [_trigger(row, uses) for row in view.rows(rows.TRIGGERS)]
    for event in view.rows(rows.EVENT_TRIGGERS):
        found.append(
            EventTrigger(
                name=event.name,
                event=event.event,
                tags=tuple(event.tags),
                function=_function(event.function_schema, event.function_name),
                enabled=event.enabled,
                comment=event.comment,
                uses=uses.get(("pg_event_trigger", event.oid), ()),
            )
        )
    return found, refused


def _uses(found: Iterable[rows.UseRow]) -> Uses:
    """What each rests on, in the order of keys: a fingerprint is taken over it."""
    keys: defaultdict[tuple[str, int], set[ObjectKey]] = defaultdict(set)
    for row in found:
        key = ObjectKey(kind=Kind(row.kind), schema=row.schema, table=row.on_table, name=row.name)
        if key.kind is Kind.TYPE:  # which may be that of a table's or view's rows
            tables = (ObjectKey(kind=k, schema=key.schema, name=key.name) for k in (Kind.TABLE, Kind.VIEW))
            keys[row.catalogue, row.of].update(tables)
        keys[row.catalogue, row.of].add(key)
    return {of: tuple(sorted(used)) for of, used in keys.items()}


def _arguments(row: RoutineRow | AggregateRow) -> tuple[Argument, ...]:
    count = len(row.types or ())
    defaults = (row.defaults if isinstance(row, RoutineRow) else None) or [None] * count
    lists = (row.modes or [], row.names or [], row.types or [], row.type_schemas or [], row.type_names or [])
    return tuple(
        Argument(mode=MODES[mode], name=name, type=data_type(type_, schema, base), default=optional_expression(default))
        for mode, name, type_, schema, base, default in zip(*lists, defaults, strict=True)
    )


def _routine(row: RoutineRow, uses: Uses) -> Routine:
    procedure = row.kind == "p"
    cost = 1.0 if row.language in ("c", "internal") else 100.0
    rows_ = 1000.0 if row.returns_set else 0.0
    return Routine(
        schema=row.schema,
        name=row.name,
        language=row.language,
        arguments=_arguments(row),
        returns=None if procedure else data_type(row.returns, row.returns_schema, row.returns_name),
        returns_set=row.returns_set,
        procedure=procedure,
        window=row.kind == "w",
        volatility=VOLATILITIES[row.volatility],
        strict=row.strict,
        security_definer=row.security_definer,
        leakproof=row.leakproof,
        parallel=PARALLEL[row.parallel],
        cost=None if row.cost == cost else row.cost,
        rows=None if row.rows == rows_ else row.rows,
        support=(row.support_schema or "") + row.support if row.support else None,
        settings=tuple((name.lower(), value) for name, value in pairs(row.settings)),
        body=row.body,
        library=row.library,
        sql_body=None if row.sql_body is None else expression(row.sql_body),
        extensions=tuple(row.extensions),
        comment=row.comment,
        uses=uses.get(("pg_proc", row.oid), ()),
    )


def _aggregate(row: AggregateRow, uses: Uses) -> Aggregate:
    arguments = _arguments(row)
    ordered = arguments[row.direct :] or arguments[-1:]  # one list of variadic arguments may serve as both
    return Aggregate(
        schema=row.schema,
        name=row.name,
        arguments=arguments if row.kind == "n" else arguments[: row.direct],
        ordered=None if row.kind == "n" else ordered,
        hypothetical=row.kind == "h",
        options=tuple(zip(row.option_names, row.option_values, strict=True)),
        comment=row.comment,
        uses=uses.get(("pg_proc", row.oid), ()),
    )


def _function(schema: str, name: str) -> ObjectKey:
    return ObjectKey(kind=Kind.ROUTINE, schema=schema, name=f"{name}()")


def _trigger(row: TriggerRow, uses: Uses) -> Trigger:
    given = bytes.fromhex(row.arguments).decode("utf-8", "surrogateescape").split("\0")
    table = ObjectKey(kind=Kind.VIEW if row.on_view else Kind.TABLE, schema=row.schema, name=row.on_table)
    references = None
    if row.referenced_table is not None:
        references = ObjectKey(kind=Kind.TABLE, schema=row.referenced_schema or "", name=row.referenced_table)
    return Trigger(
        schema=row.schema,
        table=row.on_table,
        name=row.name,
        timing="BEFORE" if row.type & _BEFORE else "INSTEAD OF" if row.type & _INSTEAD else "AFTER",
        events=tuple(word for bit, word in _EVENTS if row.type & bit),
        function=_function(row.function_schema, row.function_name),
        columns=tuple(row.columns),
        for_each_row=bool(row.type & _ROW),
        old_table=row.old_table,
        new_table=row.new_table,
        when=None if row.definition is None else expression(condition(row.definition)),
        arguments=tuple(given[: row.argument_count]),
        constraint=row.is_constraint,
        deferrable=row.deferrable,
        initially_deferred=row.initially_deferred,
        references=references,
        enabled=row.enabled,
        extensions=tuple(row.extensions),
        comment=row.comment,
        uses=tuple(sorted({table, *uses.get(("pg_trigger", row.oid), ())})),
    )


def condition(definition: str) -> str:
    """The expression of WHEN in what pg_get_triggerdef prints: what stands in its parentheses."""
    depth, quote, start = 0, "", 0
    for at, character in enumerate(definition):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "(":
            if depth == 0 and not start and definition[:at].endswith(" WHEN "):
                start = at + 1
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0 and start:
                return definition[start:at]
    raise ValueError(f"no WHEN in {definition!r}")
