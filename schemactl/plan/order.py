"""The order of steps: a graph over what each makes, ends, needs and lets go of."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence

from schemactl.errors import ImpossibleError
from schemactl.model import ObjectKey
from schemactl.steps import Step


def ordered(steps: Sequence[Step]) -> list[Step]:
    """The steps in an order that works; among those that are free, by rank, then as they came.

    Raises ImpossibleError, naming the objects, where steps need each other in a circle.
    """
    followers = _edges(steps)
    waiting = [0] * len(steps)
    for targets in followers.values():
        for target in targets:
            waiting[target] += 1
    ready = [(step.rank, number) for number, step in enumerate(steps) if not waiting[number]]
    heapq.heapify(ready)
    result: list[Step] = []
    while ready:
        _, number = heapq.heappop(ready)
        result.append(steps[number])
        for target in followers.get(number, ()):
            waiting[target] -= 1
            if not waiting[target]:
                heapq.heappush(ready, (steps[target].rank, target))
    if len(result) < len(steps):
        stuck = sorted({str(steps[n].key) for n, count in enumerate(waiting) if count})
        raise ImpossibleError(
            f"these objects need each other in a circle: {', '.join(stuck)}",
            subject=stuck[0],
            hint="make the change in two releases of the schema",
        )
    return result


def _edges(steps: Sequence[Step]) -> dict[int, set[int]]:
    """For each step, the steps that must come after it."""
    creators: dict[ObjectKey, list[int]] = defaultdict(list)
    destroyers: dict[ObjectKey, list[int]] = defaultdict(list)
    for number, step in enumerate(steps):
        for key in step.creates:
            creators[key].append(number)
        for key in step.destroys:
            destroyers[key].append(number)
    edges: dict[int, set[int]] = defaultdict(set)
    for number, step in enumerate(steps):
        for key in step.needs:
            for creator in creators.get(key, ()):
                edges[creator].add(number)
        for key in step.follows:
            for destroyer in destroyers.get(key, ()):
                edges[destroyer].add(number)
        for key in step.frees:
            for destroyer in destroyers.get(key, ()):
                edges[number].add(destroyer)
        for key in step.creates:
            for destroyer in destroyers.get(key, ()):
                edges[destroyer].add(number)
    for number, targets in edges.items():
        targets.discard(number)
    _add_preferences(steps, creators, edges)
    return edges


def _add_preferences(
    steps: Sequence[Step], creators: Mapping[ObjectKey, Sequence[int]], edges: dict[int, set[int]]
) -> None:
    """An edge for each preference that closes no circle with those that are there by then."""
    wanting: defaultdict[int, list[int]] = defaultdict(list)
    for number, step in enumerate(steps):
        for key in step.prefers:
            for creator in creators.get(key, ()):
                wanting[creator].append(number)
    sources: defaultdict[int, set[int]] = defaultdict(set)
    for number, targets in edges.items() if wanting else ():
        for other in targets:
            sources[other].add(number)
    for creator, numbers in wanting.items():
        beneath = _leading_to(creator, sources)
        for number in numbers:
            if number not in beneath:
                edges[creator].add(number)
                sources[number].add(creator)


def _leading_to(target: int, sources: Mapping[int, set[int]]) -> set[int]:
    """The step itself, and all that must come before it: `sources` are the steps right before each."""
    found, open_ = {target}, [target]
    while open_:
        for number in sources.get(open_.pop(), ()):
            if number not in found:
                found.add(number)
                open_.append(number)
    return found
