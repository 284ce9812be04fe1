"""Steps for columns of tables that stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemactl.changes import Alter, Create, Drop, Rename
from schemactl.errors import ImpossibleError
from schemactl.model import Column, DataType, Enum, Expression, Kind, ObjectKey, Sequence, SequenceOptions
from schemactl.steps import Hazard, Step, Warning_
from schemactl_postgres.ddl import forgotten, not_nulls, rank, reach
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, column_key, null_kept_out, owning_table, relation_name, row_types
from schemactl_postgres.ddl.conversion import converted
from schemactl_postgres.ddl.counter import clamped, counted_on, is_out_of_reach
from schemactl_postgres.ddl.definitions import column as definition
from schemactl_postgres.ddl.definitions import sequence_defaults, sequence_options, storage_changes
from schemactl_postgres.ddl.foreign import beneath, option_changes
from schemactl_postgres.ddl.online import fills
from schemactl_postgres.ddl.partition_keys import refuse_retyped_key
from schemactl_postgres.ddl.retype import retype
from schemactl_postgres.ddl.retyping import is_constrained, price
from schemactl_postgres.ddl.successor import old_type
from schemactl_postgres.ddl.volatile import is_constant
from schemactl_postgres.inheritance import is_retyped, parents_of, retyped
from schemactl_postgres.names import generated_name
from schemactl_postgres.options import ColumnOptions
from schemactl_postgres.sql import qualified, quoted

_SERIAL = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}


def column(context: Context, change: Create | Drop | Alter | Rename) -> Iterator[Step]:
    match change:
        case Create(after=Column() as it):
            yield from add(context, change.key, it, reason=change.because)
        case Drop(before=Column() as was):
            yield drop(context, change.key, was, reason=change.because)
        case Alter(before=Column() as was, after=Column() as it):
            yield from _altered(context, change.key, was, it)


def serial_of(context: Context, key: ObjectKey, it: Column) -> tuple[str, Sequence] | None:
    """`bigserial` and its sequence, where a new column can be written so and gives just that sequence."""
    if it.default is None or it.nullable or it.type.text not in _SERIAL or _is_filled_later(context, key, it):
        return None
    sequence = next((s for s in context.sequences.values() if s.owned_by == key and s.generated_name), None)
    if (
        sequence is None
        or sequence.unlogged
        or context.actual.get(sequence.key) is not None
        or sequence.name != generated_name(key.table, key.name, "seq")
        or sequence.schema != key.schema
        or sequence.type.text != it.type.text
        or sequence.options != sequence_defaults(it.type.text, 1)
        or sequence.key not in it.default.uses
    ):
        return None
    return _SERIAL[it.type.text], sequence


def needs(table: ObjectKey, it: Column) -> frozenset[ObjectKey]:
    """What must be there before the column can have its type, default or expression."""
    found = set(row_types(it.type.uses)) if it.type.uses else set()
    for expression in (it.default, it.generated.expression if it.generated else None):
        if expression:
            found |= {k for k in expression.uses if k.kind in (Kind.SEQUENCE, Kind.TYPE, Kind.COLUMN, Kind.ROUTINE)}
    return frozenset(found - {column_key(table, it.name)})


def add(context: Context, key: ObjectKey, it: Column, *, reason: str = "") -> Iterator[Step]:
    table = owning_table(key)
    serial = serial_of(context, key, it)
    created = {key}
    needed = needs(table, it) | {table}
    if serial:
        created |= {serial[1].key}
        needed -= {serial[1].key}
    plain = context.step(
        f"ALTER TABLE {qualified(table)} ADD COLUMN {definition(it, serial=serial[0] if serial else None)}",
        key,
        "create",
        (reason or "new column") + _why_at_once(context, key, it),
        cost=_add_cost(context, it),
        table=table,
        creates=created,
        needs=needed,
        rank=rank.ADD_COLUMN,
    )
    if _is_filled_later(context, key, it):
        yield from fills.added(context, key, it, plain)
        if not it.nullable:
            yield from not_nulls.set_(context, key, it, reason="no row has NULL any more")
    else:
        yield plain
        yield from not_nulls.beside(context, key, it)
    yield from attributes(context, key, it, None)
    yield from comment(context, key, it.comment)


def _is_filled_later(context: Context, key: ObjectKey, it: Column) -> bool:
    """Whether the values of a new column come after it, in batches."""
    return not is_constrained(context, it.type) and fills.is_filled_later(context, key, it)


def _why_at_once(context: Context, key: ObjectKey, it: Column) -> str:
    """Why a table that others work on is written anew all the same."""
    if it.identity is not None and context.goes_online(owning_table(key)):
        return "; where others cannot wait, let it be a bigserial first, and an identity in a later release"
    watcher = "" if is_constrained(context, it.type) else fills.hindrance(context, key, it)
    return f"; its rows are not filled in batches, for each would be seen by {watcher}" if watcher else ""


def _add_cost(context: Context, it: Column) -> str:
    if it.identity or (it.generated and it.generated.stored):
        return "add_column_rewrite"
    if is_constrained(context, it.type):
        return "add_column_of_domain"
    if it.generated:
        return "add_column" if it.nullable else "add_column_computed_not_null"
    if it.default is not None:
        return "add_column" if is_constant(context, it.default) else "add_column_rewrite"
    return "add_column" if it.nullable else "add_column_not_null"


def drop(context: Context, key: ObjectKey, was: Column, *, reason: str = "") -> Step:
    table = owning_table(key)
    gone = {key} | {o.key for o in context.actual.objects if isinstance(o, Sequence) and o.owned_by == key}
    return context.step(
        f"ALTER TABLE {qualified(table)} DROP COLUMN {quoted(was.name)}",
        key,
        "drop",
        reason or "not in the desired schema",
        cost="drop_generated_column" if was.generated else "drop_column",
        table=table,
        others={"sequences": reach.sequences_of(context, table, was.name)},
        destroys=gone,
        frees={table} | needs(table, was),
        rank=rank.DROP_COLUMN,
    )


def _altered(context: Context, key: ObjectKey, was: Column, it: Column) -> Iterator[Step]:
    table = owning_table(key)
    sequences = reach.sequences_of(context, table, was.name)

    def alter(
        clause: str,
        reason: str,
        cost: str = "alter_column",
        *,
        extra: tuple[Warning_, ...] = (),
        others: dict[str, list[ObjectKey]] | None = None,
        creates: frozenset[ObjectKey] = frozenset({key}),
        destroys: frozenset[ObjectKey] = frozenset(),
        frees: frozenset[ObjectKey] = frozenset(),
        follows: frozenset[ObjectKey] = frozenset(),
        needed: frozenset[ObjectKey] | None = None,
    ) -> Step:
        return context.step(
            f"ALTER TABLE {qualified(table)} {clause}",
            key,
            "alter",
            reason,
            cost=cost,
            table=table,
            others=others if others is not None else {"sequences": sequences},
            extra=extra,
            creates=creates,
            destroys=destroys,
            needs=needs(table, it) if needed is None else needed,
            frees=frees,
            follows=follows,
            rank=rank.ALTER,
        )

    name = quoted(it.name)
    default_done = False
    if was.identity and not it.identity:
        # The sequence of a serial column bears the name that the identity's has.
        own = was.identity.sequence or generated_name(key.table, key.name, "seq")
        gone = frozenset({relation_name(key.schema, own)})
        none = frozenset[ObjectKey]()
        words = f"ALTER COLUMN {name} DROP IDENTITY"
        yield alter(words, "is no identity any more", "drop_identity", creates=none, destroys=gone, needed=none)
    if was.generated and not it.generated:
        yield alter(
            f"ALTER COLUMN {name} DROP EXPRESSION",
            "is no longer generated",
            creates=frozenset(),  # before another type, as DROP IDENTITY
            frees=frozenset(was.generated.expression.uses),
        )
    if is_retyped(was, it):
        refuse_retyped_key(context, table, it.name)
        clause, extra = _retyped(context, table, was, it)
        paid = price(context, table, was, it)
        default_done = "DEFAULT" in clause
        freed = frozenset({was.type.uses}) if was.type.uses else frozenset()
        if default_done and was.default is not None:
            freed |= {k for k in was.default.uses if k.kind is Kind.SEQUENCE}
        yield alter(
            clause,
            _reason(was, it),
            paid.heading,
            extra=(*extra, *paid.extra, *_other_ways(context, table, was, it, paid.heading)),
            others=paid.others,
            destroys=frozenset({key}),
            frees=freed,
        )
    if was.default != it.default and it.default is None and not default_done:
        assert was.default is not None
        # Nothing comes after this that needs the column: it may go before a type changes, to let go of a function.
        none = frozenset[ObjectKey]()
        yield alter(
            f"ALTER COLUMN {name} DROP DEFAULT", "no default is desired", creates=none, frees=_objects(was.default)
        )
    if was.nullable != it.nullable and not it.nullable:
        yield from not_nulls.set_(context, key, it)
    yield from not_nulls.altered(context, key, was, it)
    if was.default != it.default and it.default is not None and not default_done:
        yield alter(
            f"ALTER COLUMN {name} SET DEFAULT {it.default.text}",
            "another default" if was.default else "a default is desired",
            frees=_objects(was.default) if was.default else frozenset(),
        )
    yield from _identity(context, key, was, it, alter)
    if was.generated and it.generated and was.generated != it.generated:
        yield alter(
            f"ALTER COLUMN {name} SET EXPRESSION AS ({it.generated.expression.text})",
            "another expression",
            "set_expression" if it.generated.stored else "alter_column",
            frees=frozenset(was.generated.expression.uses),
            follows=forgotten.taken_along(context, table, it.name),
        )
    if was.nullable != it.nullable and it.nullable:
        yield not_nulls.drop(context, key, was)
    yield from attributes(context, key, it, retyped(was) if is_retyped(was, it) else was)
    if was.comment != it.comment:
        yield from comment(context, key, it.comment, always=True)


def _objects(it: Expression) -> frozenset[ObjectKey]:
    return frozenset(k for k in it.uses if k.kind in (Kind.SEQUENCE, Kind.TYPE, Kind.ROUTINE))


def _reason(was: Column, it: Column) -> str:
    if was.type != it.type:
        return f"type {was.type.text} → {it.type.text}"
    return f"collation {was.collation or 'default'} → {it.collation or 'default'}"


def _retyped(context: Context, table: ObjectKey, was: Column, it: Column) -> tuple[str, tuple[Warning_, ...]]:
    """One ALTER TABLE: an old default that may not fit the new type is out of the way before it changes."""
    name = quoted(it.name)
    judged = retype(was.type.text, it.type.text)
    clauses = []
    moves_default = was.default is not None and (judged.using or was.default != it.default)
    if moves_default:
        clauses.append(f"ALTER COLUMN {name} DROP DEFAULT")
    collation = f" COLLATE {it.collation}" if it.collation else ""
    # A foreign table has no rows here to convert, and the server takes no USING of it.
    needed = judged.using and not it.generated and not context.is_foreign(table)
    if needed and (child := beneath(context, table)):
        raise ImpossibleError(
            f"{table.path}.{it.name} is to be converted from {was.type.text} to {it.type.text}, and the server converts"
            f" no column of a table that has a foreign one beneath it: {child.path}",
            subject=f"{table.path}.{it.name}",
            hint=f"take {child.path} out first, apply, and let it come back in a second run",
        )
    using = f" USING {converted(context, name, was.type, it.type)}" if needed else ""
    clauses.append(f"ALTER COLUMN {name} TYPE {it.type.text}{collation}{using}")
    if moves_default and it.default is not None:
        clauses.append(f"ALTER COLUMN {name} SET DEFAULT {it.default.text}")
    extra: tuple[Warning_, ...] = ()
    lossy = not judged.lossless and not context.is_foreign(table)
    if was.type != it.type and lossy and not _takes_over(context, it.type, was.type):
        extra = (
            Warning_(
                hazard=Hazard.NARROWS_TYPE,
                message=f"not every value of {was.type.text} fits {it.type.text}: values can be lost, or the step fail",
            ),
        )
    return ", ".join(clauses), extra


def _other_ways(context: Context, table: ObjectKey, was: Column, it: Column, heading: str) -> tuple[Warning_, ...]:
    """What to do instead of writing a table anew that others work on: no statement lets them meanwhile."""
    if heading != "alter_type_rewrite" or not context.goes_online(table):
        return ()
    if _takes_over(context, it.type, was.type) and it.type.uses and isinstance(context.after.get(it.type.uses), Enum):
        return context.hazards("rewritten_for_enum", [table])
    return context.hazards("rewritten_for_type", [table])


def _takes_over(context: Context, it: DataType, was: DataType) -> bool:
    """Whether the one type is the other's successor, whose own step tells what is lost."""
    return it.uses in context.replaced and was == old_type(it)


def _identity(context: Context, key: ObjectKey, was: Column, it: Column, alter) -> Iterator[Step]:  # type: ignore[no-untyped-def]
    if it.identity is None:
        return
    name = quoted(it.name)
    if was.identity is None:
        word = "ALWAYS" if it.identity.always else "BY DEFAULT"
        options = sequence_options(it.identity.options, type_=it.type.text)
        if it.identity.sequence:
            options = f"SEQUENCE NAME {quoted(it.identity.sequence)} {options}".rstrip()
        yield alter(
            f"ALTER COLUMN {name} ADD GENERATED {word} AS IDENTITY" + (f" ({options})" if options else ""),
            "is to be an identity",
            "add_identity",
            needed=needs(owning_table(key), it) | {null_kept_out(key)},
            # The sequence of a serial column bears the name that the identity's wants.
            follows=frozenset(o.key for o in context.actual.objects if isinstance(o, Sequence) and o.owned_by == key),
        )
        yield counted_on(context, key, it.identity.options.increment, needed=key)
        return
    if it.identity.sequence not in (None, was.identity.sequence):
        raise ImpossibleError(
            f"{key} asks for another name of its identity's sequence",
            subject=str(key),
            hint="leave SEQUENCE NAME out, or rename the sequence by hand",
        )
    clauses = []
    if it.identity.always != was.identity.always:
        clauses.append(f"SET GENERATED {'ALWAYS' if it.identity.always else 'BY DEFAULT'}")
    words = sequence_options(it.identity.options, type_=it.type.text, before=_carried(was, it))
    clauses.extend(f"SET {word}" for word in _each(words))
    if is_out_of_reach(was.identity.options, it.identity.options):
        clauses.append(f"RESTART WITH {it.identity.options.start}")
    name_of = it.identity.sequence or generated_name(key.table, key.name, "seq")
    yield from clamped(
        context,
        key,
        ObjectKey(kind=Kind.SEQUENCE, schema=key.schema, name=name_of),
        was.identity.options,
        it.identity.options,
    )
    if clauses:
        yield alter(f"ALTER COLUMN {name} {' '.join(clauses)}", "identity differs", "alter_identity")


def _carried(was: Column, it: Column) -> SequenceOptions:
    """The options of an identity after the server has followed a change of the column's type."""
    assert was.identity is not None
    options = was.identity.options
    old, new = (sequence_defaults(t, options.increment) for t in (was.type.text, it.type.text))
    return SequenceOptions(
        start=options.start,
        increment=options.increment,
        minimum=new.minimum if options.minimum == old.minimum else options.minimum,
        maximum=new.maximum if options.maximum == old.maximum else options.maximum,
        cache=options.cache,
        cycle=options.cycle,
    )


def _each(options: str) -> list[str]:
    """`INCREMENT BY 2 NO CYCLE` into single options."""
    return [m.strip() for m in re.findall(r"(?:NO )?[A-Z]+(?: BY| WITH)?(?: -?\d+)?", options)]


def is_parent(context: Context, table: ObjectKey) -> bool:
    return any(table in parents_of(t) for t in context.tables.values())


#: From this version on DEFAULT is the storage of the type itself.
_STORAGE_DEFAULT = 16
#: Of the server's own types that can be stored in more than one way, those that are not EXTENDED by themselves.
_MAIN = frozenset({"numeric", "inet", "cidr"})


def _usual_storage(context: Context, it: Column) -> str:
    if context.server.version[0] >= _STORAGE_DEFAULT:
        return "DEFAULT"
    return "MAIN" if it.type.text.partition("(")[0] in _MAIN and not it.type.text.endswith("]") else "EXTENDED"


def attributes(context: Context, key: ObjectKey, it: Column, was: Column | None) -> Iterator[Step]:
    """STORAGE, COMPRESSION, STATISTICS and settings. COMPRESSION of a new column stands in its definition."""
    old = was.options if was and isinstance(was.options, ColumnOptions) else ColumnOptions()
    new = it.options if isinstance(it.options, ColumnOptions) else ColumnOptions()
    clauses = []
    if new.storage != old.storage:
        clauses.append(f"SET STORAGE {(new.storage or _usual_storage(context, it)).upper()}")
    if new.compression != old.compression and was is not None:
        clauses.append(f"SET COMPRESSION {new.compression or 'default'}")
    if new.statistics != old.statistics:
        clauses.append(f"SET STATISTICS {-1 if new.statistics is None else new.statistics}")
    if was is not None and (words := option_changes(old.foreign, new.foreign)):
        clauses.append(words)
    clauses += storage_changes(old.settings, new.settings)
    table = owning_table(key)
    for clause in clauses:
        # A new child has no target of its parent's, and may be there already.
        only = "ONLY " if was is None and "STATISTICS" in clause and is_parent(context, table) else ""
        yield context.step(
            f"ALTER TABLE {only}{qualified(table)} ALTER COLUMN {quoted(it.name)} {clause}",
            key,
            "alter",
            "column option differs",
            cost=_attribute_cost(clause, only=bool(only)),
            table=table,
            creates={_set(table, it.name)},
            needs={key, table} | _done_above(context, table, it.name),
            rank=rank.TABLE_OPTION,
        )


def _set(table: ObjectKey, name: str) -> ObjectKey:
    return ObjectKey(kind=Kind.OTHER, schema=table.schema, table=table.name, name=f"set: {name}")


def _done_above(context: Context, table: ObjectKey, name: str) -> frozenset[ObjectKey]:
    """What parents hand down, types and storage among it, comes before what their heir has by itself."""
    found: set[ObjectKey] = set()
    for parent in parents_of(context.tables[table]) if table in context.tables else ():
        found |= {column_key(parent, name), _set(parent, name)} | _done_above(context, parent, name)
    return frozenset(found)


def _attribute_cost(clause: str, *, only: bool) -> str:
    """What the server hands on to heirs, and with which lock."""
    if clause.startswith("SET STATISTICS"):
        return "light" if only else "column_statistics"
    if clause.startswith(("SET (", "RESET")):
        return "light"
    return "alter_column" if clause.startswith("SET STORAGE") else "alter_column_alone"
