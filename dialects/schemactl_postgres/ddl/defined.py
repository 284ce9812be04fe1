"""Steps for what a Definition holds: operators and their classes, casts, text search, conversions, languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop
from schemactl.model import Catalog, DataType, Definition, Kind, ObjectKey
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.altered_definitions import REPLACEABLE, clauses
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, row_types, schema_of
from schemactl_postgres.ddl.definition_text import creation, dropping, identity
from schemactl_postgres.defined import LINKS, grouped, link, mappings

_SEARCH = frozenset({Kind.SEARCH_PARSER, Kind.SEARCH_TEMPLATE, Kind.SEARCH_DICTIONARY, Kind.SEARCH_CONFIGURATION})


def definition(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    match change:
        case Create(after=Definition() as it):
            yield from _created(context, it, change.because)
        case Drop(before=Definition() as was):
            yield from _dropped(context, was, change.because)
        case Alter(before=Definition() as was, after=Definition() as it):
            yield from _altered(context, was, it)


def _rank(it: Definition) -> int:
    return rank.TEXT_SEARCH if it.kind in _SEARCH else rank.DEFINITION


def _created(context: Context, it: Definition, because: str) -> Iterator[Step]:
    inline: tuple[Definition, ...] = ()
    if it.kind is Kind.FAMILY_MEMBER and _class_of(context, it) is not None:
        return  # the class that is made brings it
    if it.kind is Kind.OPERATOR_CLASS:
        inline = tuple(_members(context, it))
    own = {it.key, *(m.key for m in inline)}
    yield context.step(
        creation(it, inline),
        it.key,
        "create",
        because or f"new {it.kind}",
        creates=own,
        needs=(schema_of(it.key) | frozenset(it.uses).union(*(m.uses for m in inline)) | _before(context, it)) - own,
        rank=_rank(it),
    )
    if it.kind is Kind.SEARCH_CONFIGURATION:
        for dictionaries, tokens in grouped(mappings(it)).items():
            yield _alter(context, it, f"ADD MAPPING FOR {tokens} WITH {dictionaries}", "new mapping")
    yield from comment(context, it.key, it.comment, on=identity(it))


def _members(context: Context, it: Definition) -> Iterator[Definition]:
    """What of its family is made with a class: all for its type on the left."""
    for other in context.desired.objects:
        if isinstance(other, Definition) and other.kind is Kind.FAMILY_MEMBER and other.key in context.created:
            yield from (other,) if _class_of(context, other) == it.key else ()


def _class_of(context: Context, member: Definition) -> ObjectKey | None:
    """The class that is made in this plan and takes the member in."""
    for other in context.desired.objects:
        if (
            isinstance(other, Definition)
            and other.kind is Kind.OPERATOR_CLASS
            and other.key in context.created
            and (other.method, other.get("family")) == (member.method, member.get("family"))
            and other.types[0].text == member.types[0].text
        ):
            return other.key
    return None


def _before(context: Context, it: Definition) -> frozenset[ObjectKey]:
    """Operators that call this one their commutator or negator, of which it says nothing: made later, they would."""
    if it.kind is not Kind.OPERATOR:
        return frozenset()
    key = it.key
    calling = context.linked.get(key, ())
    return frozenset(other for other, sort in calling if other != key and it.get(sort) is None)


def linked(desired: Catalog) -> dict[ObjectKey, list[tuple[ObjectKey, str]]]:
    """By an operator: those that call it by one of LINKS, each with which."""
    found: dict[ObjectKey, list[tuple[ObjectKey, str]]] = {}
    for it in desired.objects:
        if isinstance(it, Definition) and it.kind is Kind.OPERATOR:
            for sort in LINKS:
                if (other := link(it, sort)) is not None:
                    found.setdefault(other, []).append((it.key, sort))
    return found


def _dropped(context: Context, was: Definition, because: str) -> Iterator[Step]:
    if was.kind is Kind.FAMILY_MEMBER and _gone_with(context, was):
        return
    yield context.step(
        dropping(was),
        was.key,
        "drop",
        because or "not in the desired schema",
        destroys={was.key},
        frees=schema_of(was.key) | _freed(context, was),
        follows=was.users,
        rank=rank.DROP_DEFINITION,
    )


def _gone_with(context: Context, member: Definition) -> bool:
    """Whether the family goes, or the class that holds the member."""
    return any(key in context.dropped for key in member.uses if key.kind in (Kind.OPERATOR_CLASS, Kind.OPERATOR_FAMILY))


def _freed(context: Context, was: Definition) -> frozenset[ObjectKey]:
    """What it rests on, and what the members rest on that go with it."""
    found = set(was.uses)
    if was.kind in (Kind.OPERATOR_CLASS, Kind.OPERATOR_FAMILY):
        for other in context.actual.objects:
            if isinstance(other, Definition) and other.kind is Kind.FAMILY_MEMBER and was.key in other.uses:
                found |= set(other.uses)
    return frozenset(found - {was.key})


def _altered(context: Context, was: Definition, it: Definition) -> Iterator[Step]:
    if it.kind in REPLACEABLE and it.properties != was.properties:
        yield context.step(
            creation(it).replace("CREATE ", "CREATE OR REPLACE ", 1),
            it.key,
            "alter",
            "differs",
            creates={it.key},
            needs=frozenset(it.uses) - {it.key},
            frees=frozenset(was.uses) - frozenset(it.uses),
            rank=_rank(it),
        )
    for clause, reason in clauses(was, it):
        yield _alter(context, it, clause, reason, frees=frozenset(was.uses) - frozenset(it.uses))
    if it.comment != was.comment:
        yield from comment(context, it.key, it.comment, always=True, on=identity(it))


def _alter(context: Context, it: Definition, clause: str, reason: str, *, frees: Iterable[ObjectKey] = ()) -> Step:
    return context.step(
        f"ALTER {identity(it)} {clause}",
        it.key,
        "alter",
        reason,
        needs={it.key, *it.uses},
        frees=frees,
        rank=_rank(it),
    )


def ordered_definitions(context: Context, steps: Sequence[Step]) -> list[Step]:
    """The steps, where those after a definition are marked whose text may mention it, and those before it goes."""
    made: dict[_Use, set[ObjectKey]] = {}
    for it in context.desired.objects:
        if isinstance(it, Definition) and it.key in context.created:
            for use in _uses(it):
                made.setdefault(use, set()).add(it.key)
    gone = [o for o in context.actual.objects if isinstance(o, Definition) and o.key in context.dropped]
    return [_before_it_goes(context, gone, _after_it_comes(made, step)) for step in steps] if made or gone else [*steps]


#: What in the text of a step speaks of a definition, and whether only in that of what is in _SORTED. No text: all of these.
_Use = tuple[str, bool]


def _after_it_comes(made: Mapping[_Use, set[ObjectKey]], step: Step) -> Step:
    if step.action not in ("create", "alter") or step.key.kind in _BENEATH:
        return step
    is_sorted = step.key.kind in _SORTED
    found: set[ObjectKey] = set()
    for (text, sorted_alone), keys in made.items():
        if (is_sorted or not sorted_alone) and text in step.sql:
            found |= keys
    found -= step.creates
    return replace(step, prefers=step.prefers | found) if found else step


def _uses(it: Definition) -> Iterator[_Use]:
    """By what a step may make use of it. Nobody names a cast or a default class: what speaks of its types may want it."""
    if it.kind is Kind.CAST:
        yield from ((text, False) for text in _spoken(it.types[:2]))
        return
    if it.kind is Kind.OPERATOR_CLASS and it.get("default") is not None:
        yield "", True
        yield from ((text, False) for text in _spoken(it.types))
    if it.name:
        yield it.name, False


#: What uses no definition, though it may be called as a type of one is: an extension brings it.
_BENEATH = frozenset({Kind.EXTENSION, Kind.ROLE, Kind.SCHEMA})
#: What takes the default class of a type without a word.
_SORTED = frozenset({Kind.CONSTRAINT, Kind.INDEX, Kind.VIEW})


def _spoken(types: tuple[DataType, ...]) -> list[str]:
    own = [t for t in types if t.uses is not None] or types
    return [t.uses.name if t.uses is not None else t.text for t in own]


def _before_it_goes(context: Context, gone: Sequence[Definition], step: Step) -> Step:
    """What rests on it is dropped before it, or altered before it where it does not come back."""
    if step.action == "drop":
        found = {it.key for it in gone if any(step.key in (user, *_owners(user)) for user in it.users)}
    elif step.action == "alter":
        found = {it.key for it in gone if step.key in it.users and it.key not in context.created}
    else:
        return step
    return replace(step, frees=step.frees | found) if found else step


def _owners(key: ObjectKey) -> frozenset[ObjectKey]:
    """The table, view or type that a part goes along with."""
    if not key.table:
        return frozenset()
    return row_types(ObjectKey(kind=Kind.TYPE, schema=key.schema, name=key.table))
