"""Which types are replaced, with all that is made of them, and which checks of domains make way for a routine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Catalog, Composite, DataType, Domain, Enum, Kind, ObjectKey, Range, UserType
from schemactl_postgres.ddl.definition_changes import shaken, users_of
from schemactl_postgres.ddl.enums import must_be_replaced
from schemactl_postgres.ddl.successor import beneath, called, holders, old_type


def with_replaced_types(
    changes: Sequence[Change], *, desired: Catalog, actual: Catalog
) -> tuple[list[Change], frozenset[ObjectKey], frozenset[ObjectKey]]:
    """`changes`, the keys of the types whose successors take over from them, and of those that are just made anew.

    The latter cannot be altered in place either, but nothing is of them: they are dropped and created. A type made of a
    replaced one is replaced as well: its Alter starts from the definition over the old one's new name. Raises
    ImpossibleError where what is stored could not be carried over.
    """
    plan = _Replacement(changes, desired, actual)
    plan.run()
    return plan.changes(), frozenset(plan.replaced), frozenset(plan.made_anew)


class _Replacement:
    def __init__(self, changes: Sequence[Change], desired: Catalog, actual: Catalog) -> None:
        self.given = changes
        self.altered = {c.key: c for c in changes if isinstance(c, Alter) and isinstance(c.before, UserType)}
        self.live = {o.key: o for o in actual.objects if isinstance(o, UserType)}
        self.goal = {o.key: o for o in desired.objects if isinstance(o, UserType)}
        self.columns = _columns_that_stay(desired, actual)
        self.replaced: dict[ObjectKey, None] = {}
        self.made_anew: dict[ObjectKey, None] = {}

    def run(self) -> None:
        waiting = [
            key
            for key, change in self.altered.items()
            if isinstance(change.before, UserType)
            and isinstance(change.after, UserType)
            and self.not_in_place(change.before, change.after)
        ]
        while waiting:
            key = waiting.pop()
            if key in self.replaced or key in self.made_anew:
                continue
            it = self.live[key]
            # Enums always step aside: what holds a value that goes makes the plan fail late, but tells of it.
            another_kind = type(self.goal[key]) is not type(it)
            if not self.is_used(it) and (another_kind or not isinstance(it, Enum)):
                self.made_anew[key] = None
                continue
            if another_kind:
                raise ImpossibleError(
                    f"the type {key.path} becomes another kind of type while something is of it",
                    subject=key.path,
                    hint="create the new type under another name, change the columns to it, and drop this one",
                )
            self.refuse_impossible(it)
            self.replaced[key] = None
            waiting += [other.key for other in self.over(key)]

    def not_in_place(self, before: UserType, after: UserType) -> bool:
        if isinstance(before, Enum) and isinstance(after, Enum):
            return must_be_replaced(before, after)
        if isinstance(before, Domain) and isinstance(after, Domain):
            if (before.type, before.collation) != (after.type, after.collation):
                return True
            return _tightens(before, after) and self.is_contained(before.key)
        if isinstance(before, Composite) and isinstance(after, Composite):
            return not has_same_start(before, after) or (retyped(before, after) and self.is_used(before))
        if isinstance(before, Range) and isinstance(after, Range):
            return replace(before, comment=None) != replace(after, comment=None)
        return True

    def over(self, key: ObjectKey) -> Iterator[UserType]:
        """The types that are made of this one, and will be."""
        for other in self.live.values():
            after = self.goal.get(other.key)
            if after is not None and _is_over(other, key) and _is_over(after, key):
                yield other

    def is_used(self, it: UserType) -> bool:
        """Whether types are made of it before and after, or columns that stay hold it, be it within other types."""
        keys = {it.key}
        if isinstance(it, Range):
            keys.add(replace(it.key, name=it.multirange))
        before, after = holders(keys, self.live.values()), holders(keys, self.goal.values())
        held = any(was.uses in before and data.uses in after for was, data in self.columns)
        return held or any(True for key in keys for _ in self.over(key))

    def is_contained(self, key: ObjectKey) -> bool:
        """Whether values of a domain are stored within arrays or composites, where the server cannot check them."""
        if self.has_arrays(key):
            return True
        return any(self.is_used(other) for other in self.over(key))

    def has_arrays(self, key: ObjectKey) -> bool:
        return any(was.uses == key == after.uses and was.text.endswith("]") for was, after in self.columns)

    def refuse_impossible(self, it: UserType) -> None:
        if isinstance(it, Range):
            raise ImpossibleError(
                f"the range type {it.key.path} differs, and the server cannot alter it while something is of it",
                subject=it.key.path,
                hint="create the new type under another name, change the columns to it, and drop this one",
            )
        change = self.altered.get(it.key)
        if not isinstance(it, Composite) or change is None or not isinstance(change.after, Composite):
            return
        if [a.name for a in it.attributes] == [a.name for a in change.after.attributes]:
            return
        inside = next(self.over(it.key), None)
        if self.has_arrays(it.key) or inside is not None:
            where = f"{inside.key}" if inside is not None else "arrays of it"
            raise ImpossibleError(
                f"the attributes of the type {it.key.path} change their places, and {where} cannot be converted",
                subject=it.key.path,
                hint="add new attributes at the end, or make a new type and change what is of the old one to it",
            )

    def changes(self) -> list[Change]:
        result: list[Change] = []
        for change in self.given:
            if change.key in self.replaced and isinstance(change, Alter) and isinstance(change.before, UserType):
                result.append(replace(change, before=self.renamed_beneath(change.before)))
            else:
                result.append(change)
        result += [
            Alter(key=key, before=self.renamed_beneath(self.live[key]), after=self.goal[key])
            for key in (*self.replaced, *self.made_anew)
            if key not in self.altered
        ]
        return result

    def renamed_beneath(self, it: UserType) -> UserType:
        def old(data: DataType) -> DataType:
            return old_type(data) if data.uses in self.replaced else data

        match it:
            case Composite():
                return replace(it, attributes=tuple(replace(a, type=old(a.type)) for a in it.attributes))
            case Domain():
                return replace(it, type=old(it.type))
            case _:
                return it


def _columns_that_stay(desired: Catalog, actual: Catalog) -> list[tuple[DataType, DataType]]:
    """The types of live columns that are of a type of the user's, and of one afterwards: the one and the other."""
    goals = {t.key: t for t in desired.tables()}
    return [
        (column.type, after.type)
        for table in actual.tables()
        if table.key in goals
        for column in table.columns
        if column.type.uses is not None
        and (after := goals[table.key].column(column.name)) is not None
        and after.type.uses is not None
    ]


def _is_over(it: UserType, key: ObjectKey) -> bool:
    return any(data.uses == key for data in beneath(it))


def _tightens(before: Domain, after: Domain) -> bool:
    old = {(c.expression, c.validated) for c in before.constraints}
    checked = any(c.validated and (c.expression, True) not in old for c in after.constraints)
    return checked or (before.nullable and not after.nullable)


def has_same_start(before: Composite, after: Composite) -> bool:
    """Whether dropping attributes and adding others at the end makes the one of the other."""
    names = {a.name for a in after.attributes}
    kept = [a.name for a in before.attributes if a.name in names]
    return [a.name for a in after.attributes][: len(kept)] == kept


def retyped(before: Composite, after: Composite) -> bool:
    old = {a.name: (a.type, a.collation) for a in before.attributes}
    return any(a.name in old and old[a.name] != (a.type, a.collation) for a in after.attributes)


def with_loosened_domains(
    changes: Sequence[Change], *, desired: Catalog, actual: Catalog, spoken_for: frozenset[ObjectKey]
) -> list[Change]:
    """`changes`, where checks and defaults of domains make way for what is dropped and made again beneath them.

    `spoken_for` are types that are replaced anyway. Such a domain is altered twice: to one without, and back.
    """
    going = {c.key for c in changes if isinstance(c, Drop)}
    routines = {key for key in going if key.kind is Kind.ROUTINE}
    above = shaken(changes, users_of(actual))
    if not routines and not above:
        return list(changes)
    goals: Mapping[ObjectKey, object] = desired.by_key()
    work = list(changes)
    for it in actual.objects:
        goal = goals.get(it.key)
        if not isinstance(it, Domain) or not isinstance(goal, Domain) or it.key in going | spoken_for:
            continue
        bare = _without(it, routines, above)
        if bare != it:
            work = [c for c in work if c.key != it.key]
            work += [Alter(key=it.key, before=it, after=bare), Alter(key=it.key, before=bare, after=goal)]
    return work


def _without(it: Domain, routines: set[ObjectKey], above: frozenset[ObjectKey]) -> Domain:
    def calls(uses: tuple[ObjectKey, ...]) -> bool:
        return any(called(routine, key) for key in uses for routine in routines)

    default = None if it.default is not None and (it.key in above or calls(it.default.uses)) else it.default
    kept = (c for c in it.constraints if it.child(c.name) not in above and not calls(c.expression.uses))
    return replace(it, default=default, constraints=tuple(kept))
