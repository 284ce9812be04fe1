"""What a rule is, and what it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.model import Catalog, Kind, ObjectKey, SchemaObject, Table
from schemactl.steps import OF_SIZE, Hazard, Step, Warning_


class Severity(StrEnum):
    """An `error` makes `schemactl lint` fail; what is `off` is not looked for."""

    ERROR = "error"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that a rule has to say of one thing. `step` is one of the plan's; None: whichever is about the key."""

    key: ObjectKey
    message: str
    step: Step | None = None


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A plan and what it was made of. `steps` are in their order; `before` and `after` are the catalogs it leads between.

    `small` are tables on which nothing takes long. `patterns` are those that names of a kind must match.
    """

    dialect: str
    version: tuple[int, ...]
    changes: Sequence[Change]
    steps: Sequence[Step]
    before: Catalog
    after: Catalog
    small: frozenset[ObjectKey] = frozenset()
    patterns: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def made(self) -> frozenset[ObjectKey]:
        """Tables that are new: nobody uses them yet, so nothing that is done to them costs anything."""
        old = {o.key for o in self.before.objects}
        return frozenset(c.key for c in self.changes if isinstance(c, Create) and c.key not in old)

    @cached_property
    def gone(self) -> frozenset[ObjectKey]:
        """What goes and does not come back."""
        made = {c.key for c in self.changes if isinstance(c, Create)}
        return frozenset(c.key for c in self.changes if isinstance(c, Drop)) - made

    @cached_property
    def _unused(self) -> frozenset[ObjectKey]:
        """What nobody has used yet, or will use any more."""
        return self.made | self.gone

    @cached_property
    def old_objects(self) -> Mapping[ObjectKey, SchemaObject]:
        return self.before.by_key()

    @cached_property
    def new_objects(self) -> Mapping[ObjectKey, SchemaObject]:
        return self.after.by_key()

    @cached_property
    def costs(self) -> dict[ObjectKey, list[tuple[Step, tuple[Warning_, ...]]]]:
        """What each change costs, by its key: the hazards of its step, or of its part of one.

        What a step of several says beside its parts is of its own key; but for what takes long, which they do together.
        """
        found: dict[ObjectKey, list[tuple[Step, tuple[Warning_, ...]]]] = {}
        for step in self.steps:
            for part in step.parts:
                found.setdefault(part.key, []).append((step, part.hazards))
            told = {it for part in step.parts for it in part.hazards}
            rest = tuple(it for it in step.hazards if it not in told and (not step.parts or it.hazard not in OF_SIZE))
            if rest or not step.parts:
                found.setdefault(step.key, []).append((step, rest))
        return found

    def costing(self, key: ObjectKey, *needed: Hazard) -> Step | None:
        """The step on the thing that has all these hazards; None where there is none."""
        for step, told in self.costs.get(key, ()):
            if {it.hazard for it in told} >= set(needed):
                return step
        return None

    def step_of(self, key: ObjectKey) -> Step | None:
        """The first step that is about the thing, whatever it was called before."""
        for its in (key, self._called_before.get(key, key)):
            if its in self.costs:
                return self.costs[its][0][0]
        return self._touching.get(key)

    @cached_property
    def _called_before(self) -> dict[ObjectKey, ObjectKey]:
        return {c.new: c.key for c in self.changes if isinstance(c, Rename)}

    @cached_property
    def _touching(self) -> dict[ObjectKey, Step]:
        """The first step that makes or ends each thing."""
        return {key: step for step in reversed(self.steps) for key in step.creates | step.destroys}

    def said(self, key: ObjectKey, hazard: Hazard) -> str:
        """What the hazard of a step on the thing says; empty where there is none."""
        return next((it.message for _, told in self.costs.get(key, ()) for it in told if it.hazard is hazard), "")

    def live(self, key: ObjectKey) -> Table | None:
        """The table of a part, as it was, where the plan keeps it and others may use it."""
        table = key.parent if key.table else key
        found = self.old_objects.get(table) if table is not None and table not in self._unused else None
        return found if isinstance(found, Table) else None

    def table(self, key: ObjectKey) -> Table | None:
        """The table of a part, as it will be."""
        table = key.parent if key.table else key
        found = self.new_objects.get(table) if table is not None else None
        return found if isinstance(found, Table) else None


T = TypeVar("T")
Look = Callable[[Subject], Iterator[Found]]
#: What a rule has to say of one change; None where it has nothing to say.
Match = Callable[[Subject, Change], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`title` completes "reports that"; `why` is for people who meet it; `example` is desired SQL, or what leads to it."""

    code: str
    title: str
    why: str
    example: str
    instead: str
    look: Look
    severity: Severity = Severity.WARN


def on_change(match: Match, *costs: Hazard) -> Look:
    """A look at each change: one that matches, and whose step has all these hazards."""

    def look(subject: Subject) -> Iterator[Found]:
        for change in subject.changes:
            message = match(subject, change)
            if message is None:
                continue
            step = subject.costing(change.key, *costs) if costs else None
            if step is not None or not costs:
                key = change.new if isinstance(change, Rename) else change.key
                yield Found(key=key, message=message, step=step)

    return look


def on_costly(thing: type, *costs: Hazard, where: Callable[[Table], bool] | None = None) -> Look:
    """A look at each part of this class that is new or changes and costs all this, in the words of the hazards."""

    def match(subject: Subject, change: Change) -> str | None:
        table = subject.live(change.key)
        if desired(subject, change, thing) is None or table is None or (where is not None and not where(table)):
            return None
        return ": ".join(subject.said(change.key, hazard) for hazard in costs)

    return on_change(match, *costs)


def on_hazard(hazard: Hazard, *, kind: Kind | None = None) -> Look:
    """A look at each step: one with the hazard, in the hazard's own words."""

    def look(subject: Subject) -> Iterator[Found]:
        for key, costs in subject.costs.items():
            for step, told in costs:
                for it in told:
                    if it.hazard is hazard and kind in (None, key.kind):
                        yield Found(key=key, message=it.message, step=step)

    return look


def created(subject: Subject, change: Change, thing: type[T]) -> T | None:
    """A part of this class that is new in a table that others may use."""
    if not isinstance(change, Create) or subject.live(change.key) is None:
        return None
    return _of(thing, change.after)


def altered(subject: Subject, change: Change, thing: type[T]) -> tuple[T, T] | None:
    """A part of this class that becomes another, in a table that others may use: as it was, and as it will be."""
    if not isinstance(change, Alter) or subject.live(change.key) is None:
        return None
    before, after = _of(thing, change.before), _of(thing, change.after)
    return (before, after) if before is not None and after is not None else None


def desired(subject: Subject, change: Change, thing: type[T]) -> T | None:
    """A part of this class that is new or becomes another, in a table that others may use: as it will be."""
    if not isinstance(change, Create | Alter) or subject.live(change.key) is None:
        return None
    return _of(thing, change.after)


def dropped(subject: Subject, change: Change, thing: type[T]) -> T | None:
    """A part of this class that goes for good from a table that stays."""
    if not isinstance(change, Drop) or change.key not in subject.gone or subject.live(change.key) is None:
        return None
    return _of(thing, change.before)


def is_only_remade(change: Change) -> bool:
    """Whether the thing goes or comes only because of another change, and is there before and after."""
    return isinstance(change, Create | Drop) and bool(change.because)


def table_path(key: ObjectKey) -> str:
    """The path of the table that a key is a part of, or is of."""
    return key.parent.path if key.parent is not None and key.kind is not Kind.TABLE else key.path


def _of(thing: type[T], it: object) -> T | None:
    return it if isinstance(it, thing) else None
