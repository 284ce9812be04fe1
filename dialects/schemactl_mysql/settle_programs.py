"""What the text of a view or program leaves to the server is as it is: who defines it, when it began, in what order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from schemactl.model import Catalog, ObjectKey, Program, SchemaObject, View
from schemactl_mysql.bodies import as_it_is
from schemactl_mysql.constants import is_constant
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import EventOptions, RoutineOptions, Surroundings, TriggerOptions, ViewOptions
from schemactl_mysql.read.scanner import Lexical
from schemactl_mysql.sql import literal

_Defined = RoutineOptions | TriggerOptions | EventOptions | ViewOptions


def left_open(it: SchemaObject, live: Mapping[ObjectKey, SchemaObject], around: Surroundings) -> SchemaObject:
    """`it` with its live twin's definer and times, where it states none."""
    twin = live.get(it.key)
    if not isinstance(it, View | Program) or not isinstance(twin, View | Program):
        return it
    options, before = it.options, twin.options
    if not isinstance(options, _Defined) or type(before) is not type(options):
        return it
    if options.definer in (None, "CURRENT_USER"):
        options = replace(options, definer=before.definer)
    if not isinstance(options, ViewOptions) and not isinstance(before, ViewOptions) and options.sql_mode is None:
        options = replace(options, sql_mode=before.sql_mode)
    if isinstance(options, EventOptions) and isinstance(before, EventOptions):
        options = _times(options, before, around.flavour)
    if isinstance(it, Program) and isinstance(twin, Program):
        mode = getattr(options, "sql_mode", None)
        lexical = Lexical(flavour=around.flavour).under(around.sql_mode if mode is None else mode)
        it = replace(it, body=as_it_is(it.body, twin.body, lexical))
        if lexical.no_backslash_escapes and twin.comment and it.comment == literal(twin.comment)[1:-1]:
            # A dump escapes comments, and sets a sql_mode under which nothing is: it means the comment it was made of.
            it = replace(it, comment=twin.comment)
    return replace(it, options=options)


def _times(options: EventOptions, live: EventOptions, flavour: Flavour) -> EventOptions:
    """What depends on when the event is made was worked out then, and so was a start that nobody stated."""

    def stays(text: str | None) -> bool:
        return text is not None and is_constant(text, flavour)

    at = live.at if options.at and live.at and not stays(options.at) else options.at
    starts = live.starts if options.every and not stays(options.starts) else options.starts
    ends = live.ends if options.ends and not stays(options.ends) else options.ends
    return replace(options, at=at, starts=starts, ends=ends)


def in_live_order(objects: Iterable[SchemaObject], actual: Catalog) -> list[SchemaObject]:
    """The triggers of one kind follow each other as they do in the live database, where that is as desired.

    One that goes or comes would else make its neighbour differ.
    """
    desired = list(objects)
    live = _chains(actual.objects)
    wanted = _chains(desired)
    places = {o.key: i for i, o in enumerate(desired)}
    for group, names in wanted.items():
        before = live.get(group, [])
        common = [k for k in names if k in before]
        if common != [k for k in before if k in set(names)]:
            continue
        follows = {k: f for k, f in _follows(actual.objects).items()}
        for key in common:
            it = desired[places[key]]
            if isinstance(it, Program) and isinstance(it.options, TriggerOptions):
                desired[places[key]] = replace(
                    it, options=replace(it.options, follows=follows[key], behind=it.options.follows)
                )
    return desired


def _follows(objects: Iterable[SchemaObject]) -> dict[ObjectKey, str | None]:
    return {
        o.key: o.options.follows for o in objects if isinstance(o, Program) and isinstance(o.options, TriggerOptions)
    }


def _chains(objects: Iterable[SchemaObject]) -> dict[tuple[str, str, str, str], list[ObjectKey]]:
    """The triggers of each table, timing and event, in the order in which they fire."""
    after: dict[tuple[str, str, str, str], dict[str | None, ObjectKey]] = defaultdict(dict)
    for it in objects:
        if isinstance(it, Program) and isinstance(it.options, TriggerOptions):
            group = (it.schema, it.table, it.options.timing, it.options.event)
            after[group][it.options.follows] = it.key
    chains = {}
    for group, links in after.items():
        chain: list[ObjectKey] = []
        name: str | None = None
        while name in links and len(chain) < len(links):
            chain.append(links[name])
            name = links[name].name
        chains[group] = chain
    return chains
