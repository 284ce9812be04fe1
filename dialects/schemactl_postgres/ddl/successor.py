"""How a type that cannot be altered in place is replaced: it steps aside, and goes when its successor has taken over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from schemactl.model import Composite, DataType, Domain, Enum, Kind, ObjectKey, Range, UserType
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context, relation_name, row_types, schema_of
from schemactl_postgres.sql import qualified, quoted


def old_key(key: ObjectKey) -> ObjectKey:
    """The name that a type bears while its successor takes over. Cut to the server's 63 bytes."""
    return replace(key, name=key.name.encode()[:58].decode(errors="ignore") + "__old")


def old_type(type_: DataType) -> DataType:
    """A type over one that is being replaced: the same, under the old name."""
    assert type_.uses is not None
    return DataType(
        text=type_.text.replace(qualified(type_.uses), qualified(old_key(type_.uses)), 1), uses=old_key(type_.uses)
    )


def beneath(it: UserType) -> tuple[DataType, ...]:
    """The types that a type is made of."""
    match it:
        case Enum():
            return ()
        case Composite():
            return tuple(a.type for a in it.attributes)
        case Domain():
            return (it.type,)
        case Range():
            return (it.subtype,)


def holders(keys: Iterable[ObjectKey], types: Iterable[UserType]) -> set[ObjectKey]:
    """The types, and all that are made of them."""
    found, listed = set(keys), list(types)
    while more := {t.key for t in listed if any(data.uses in found for data in beneath(t))} - found:
        found |= more
    return found


def succession(context: Context, key: ObjectKey, what: str, made: Step) -> Iterator[Step]:
    """The old type is renamed, `made` creates the new one, the columns change over (elsewhere), the old one goes."""
    old = old_key(key)
    was = context.actual.get(key)
    yield context.step(
        f"ALTER TYPE {qualified(key)} RENAME TO {quoted(old.name)}",
        key,
        "rename",
        f"{what}: the type is replaced",
        destroys={key, relation_name(key.schema, key.name)},
        rank=rank.TYPE,
    )
    yield made
    word = "DOMAIN" if isinstance(was, Domain) else "TYPE"
    yield context.step(
        f"DROP {word} {qualified(old)}",
        old,
        "drop",
        "its successor has taken over",
        destroys={old},
        needs={key},
        frees=schema_of(key) | freed(context, getattr(was, "uses", ())),
        rank=rank.DROP_TYPE,
    )


def freed(context: Context, uses: Iterable[ObjectKey]) -> frozenset[ObjectKey]:
    """What a type that goes lets go of: types that are replaced have their old name by then."""
    return frozenset(old_key(k) if k in context.replaced else k for k in uses)


def needed(context: Context, uses: Iterable[ObjectKey]) -> frozenset[ObjectKey]:
    """What must be there before a type: types, tables whose rows are types, routines of a name whatever they take."""
    found: set[ObjectKey] = set()
    routines = {k for k in uses if k.kind is Kind.ROUTINE}
    for key in uses:
        found |= row_types(key) if key.kind is Kind.TYPE else {key}
    if routines:
        found |= {o.key for o in context.desired.objects if any(called(o.key, k) for k in routines)}
    return frozenset(found)


def called(routine: ObjectKey, mention: ObjectKey) -> bool:
    """Whether an expression that mentions a routine, by name alone, may mean this one."""
    if routine.kind is not Kind.ROUTINE or mention.kind is not Kind.ROUTINE:
        return False
    return routine.name.partition("(")[0] == mention.name.partition("(")[0] and mention.schema in ("", routine.schema)
