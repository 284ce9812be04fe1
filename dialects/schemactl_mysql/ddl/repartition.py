"""How one partitioning becomes another: which partitions are added, dropped or divided anew.

What no such action can do is left to PARTITION BY, which copies the table and loses nothing: a row that no partition
takes is an error there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemactl_mysql.canonical.partitions import default_partitions
from schemactl_mysql.options import Partition, Partitioning

#: Old partitions, and the new ones that take their rows.
Group = tuple[tuple[Partition, ...], tuple[Partition, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repartition:
    """Carried out in this order. `anew`: none of the rest, but PARTITION BY. `groups` are old and new partitions.

    `added` is how many, where they need no names; `coalesced` is how many go without their rows.
    """

    dropped: tuple[Partition, ...] = ()
    groups: tuple[Group, ...] = ()
    new: tuple[Partition, ...] = ()
    added: int = 0
    coalesced: int = 0
    anew: bool = False


ANEW = Repartition(anew=True)


def repartition(was: Partitioning, shall: Partitioning) -> Repartition:
    """What makes the one into the other."""
    if (was.by, was.sub_by, was.sub_count) != (shall.by, shall.sub_by, shall.sub_count):
        return ANEW
    kind = shall.by.kind
    if kind.startswith("RANGE"):
        found = _range(was.partitions, shall.partitions)
    elif kind.startswith("LIST"):
        found = _list(was.partitions, shall.partitions)
    elif kind == "SYSTEM_TIME":
        found = _history(was, shall)
    else:
        found = _hash(was, shall)
    return found if _names_fit(default_partitions(was), found) else ANEW


def _names_fit(old: Sequence[Partition], found: Repartition) -> bool:
    """Whether each action finds the names that it gives free."""
    names = {p.name.lower() for p in old} - {p.name.lower() for p in found.dropped}
    for gone, come in found.groups:
        names -= {p.name.lower() for p in gone}
        new = {p.name.lower() for p in come}
        if names & new:
            return False
        names |= new
    return not names & {p.name.lower() for p in found.new}


# -- RANGE: partitions follow each other, each from where the one before it ends


def _range(old: tuple[Partition, ...], new: tuple[Partition, ...]) -> Repartition:
    """Cut both at the bounds that they share: what lies between two such bounds stays between them."""
    shared = {p.values for p in old} & {p.values for p in new}
    dropped: list[Partition] = []
    groups: list[Group] = []
    i = k = 0
    for bound in (p.values for p in new if p.values in shared):
        end = next((n for n in range(i, len(old)) if old[n].values == bound), None)
        if end is None:
            return ANEW  # the bounds stand in another order, which the server will not take
        last = next(n for n in range(k, len(new)) if new[n].values == bound)
        before, after = old[i : end + 1], new[k : last + 1]
        if len(after) == 1 and before[-1] == after[0]:
            dropped += before[:-1]
        elif before != after:
            groups.append((before, after))
        i, k = end + 1, last + 1
    rest, more = old[i:], new[k:]
    if rest and more:
        if not _reaches(more[-1], rest[-1]):
            return ANEW
        groups.append((rest, more))
        more = ()
    else:
        dropped += rest
    found = Repartition(dropped=tuple(dropped), groups=tuple(groups), new=more)
    return found if _names_fit(old, found) else _in_one(old, new, found)


def _in_one(old: tuple[Partition, ...], new: tuple[Partition, ...], found: Repartition) -> Repartition:
    """All from the first partition that changes to the last, at once: names may change places then."""
    left = tuple(p for p in old if p not in found.dropped)
    end = len(new) - len(found.new)
    kept = new[:end]
    if len(found.groups) < 2:
        return found
    head = 0
    while left[head] == kept[head]:
        head += 1
    tail = 0
    while left[-1 - tail] == kept[-1 - tail]:
        tail += 1
    group = (left[head : len(left) - tail], kept[head : len(kept) - tail])
    return replace(found, groups=(group,))


_NUMBER = re.compile(r"-?\d+")
_MOMENT = re.compile(r"'\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?'")


def _reaches(it: Partition, as_far_as: Partition) -> bool:
    """Whether the one surely ends no earlier than the other: rows at the end must not be left without a partition."""
    mine, theirs = it.values[0], as_far_as.values[0]
    if all(v.canonical == "MAXVALUE" for v in mine):
        return True
    if len(mine) != 1:
        return False
    here, there = mine[0].canonical, theirs[0].canonical
    if _NUMBER.fullmatch(here) and _NUMBER.fullmatch(there):
        return int(here) >= int(there)
    return bool(_MOMENT.fullmatch(here) and _MOMENT.fullmatch(there) and len(here) == len(there) and here >= there)


# -- LIST: partitions have values, in no order


def _list(old: tuple[Partition, ...], new: tuple[Partition, ...]) -> Repartition:
    """Partitions that share a value or a name are divided anew together."""
    same = set(old) & set(new)
    before, after = [p for p in old if p not in same], [p for p in new if p not in same]
    dropped: list[Partition] = []
    added: list[Partition] = []
    groups: list[Group] = []
    for gone, come in _connected(before, after):
        if not come:
            dropped += gone
        elif not gone:
            added += come
        else:
            groups.append((gone, come))
    if any(p.role == "DEFAULT" for p in old) and (added or groups):
        # Rows that the new values take may lie in the DEFAULT partition.
        return ANEW
    if len(dropped) == len(old) or any(_loses_values(gone, come) for gone, come in groups):
        return ANEW
    left = [p for p in old if p not in dropped]
    if not all(_is_run(left, gone) for gone, _ in groups):
        groups = [_whole(left, groups, new)]
    return Repartition(dropped=tuple(dropped), groups=tuple(groups), new=tuple(added))


def _loses_values(gone: Sequence[Partition], come: Sequence[Partition]) -> bool:
    """Whether REORGANIZE would throw rows away without a word, as all servers do (seen on 9.7, 10.11, 11.8)."""
    return not {v for p in gone for v in p.values} <= {v for p in come for v in p.values}


def _is_run(partitions: Sequence[Partition], part: Sequence[Partition]) -> bool:
    """Whether one follows the other: REORGANIZE takes only such."""
    first = partitions.index(part[0])
    return tuple(partitions[first : first + len(part)]) == tuple(part)


def _whole(left: Sequence[Partition], groups: Sequence[Group], new: Sequence[Partition]) -> Group:
    """All groups as one, with whatever stands between their partitions."""
    gone = [p for group in groups for p in group[0]]
    places = [left.index(p) for p in gone]
    span = left[min(places) : max(places) + 1]
    come = {p for p in span if p not in gone} | {p for group in groups for p in group[1]}
    return tuple(span), tuple(p for p in new if p in come)


def _connected(old: Sequence[Partition], new: Sequence[Partition]) -> list[Group]:
    """Old and new partitions, those together that a value, a name or a chain of such links."""
    groups: list[tuple[set[object], list[Partition], list[Partition]]] = []
    for side, partitions in ((1, old), (2, new)):
        for it in partitions:
            marks: set[object] = {it.name.lower(), *it.values, *([it.role] if it.role else [])}
            linked = [g for g in groups if g[0] & marks]
            merged: tuple[set[object], list[Partition], list[Partition]] = (marks, [], [])
            for group in linked:
                merged[0].update(group[0])
                merged[1].extend(group[1])
                merged[2].extend(group[2])
                groups.remove(group)
            (merged[1] if side == 1 else merged[2]).append(it)
            groups.append(merged)
    return [(tuple(p for p in old if p in g[1]), tuple(p for p in new if p in g[2])) for g in groups]


# -- HASH and KEY: only their number matters, and their names if they have any


def _hash(was: Partitioning, shall: Partitioning) -> Repartition:
    old, new = default_partitions(was), default_partitions(shall)
    if new[: len(old)] == old:
        more = new[len(old) :]
        return Repartition(new=more) if shall.partitions else Repartition(added=len(more))
    if old[: len(new)] == new:
        return Repartition(coalesced=len(old) - len(new))
    return ANEW


# -- SYSTEM_TIME: history in any number of partitions, and what is current in the last


def _history(was: Partitioning, shall: Partitioning) -> Repartition:
    old, new = default_partitions(was), default_partitions(shall)
    if not shall.partitions:
        # The oldest go; their successors keep their names, which the text leaves open.
        missing = len(new) - len(old)
        return Repartition(added=missing) if missing > 0 else Repartition(dropped=old[:-missing])
    if old[-1] != new[-1] or not set(old) & set(new[:-1]):
        return ANEW
    common = [p for p in old if p in new]
    kept = [p for p in new if p in old]
    dropped = tuple(p for p in old if p not in new)
    more = tuple(p for p in new if p not in old)
    if common != kept or list(new) != [*common[:-1], *more, new[-1]]:
        return ANEW
    return Repartition(dropped=dropped, new=more)
