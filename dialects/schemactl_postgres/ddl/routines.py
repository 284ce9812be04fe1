"""Steps for functions and procedures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop
from schemactl.model import Aggregate, Argument, Kind, ObjectKey, Routine, Table
from schemactl.model.routines import INPUT
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.aggregates import aggregate
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, column_key, schema_of
from schemactl_postgres.ddl.depends import depends
from schemactl_postgres.ddl.routine_names import bare_name, known_as
from schemactl_postgres.read.settings import NAME_LISTS
from schemactl_postgres.sql import literal, quoted


def routine(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Aggregate()) | Drop(before=Aggregate()) | Alter(after=Aggregate()):
            yield from aggregate(context, change)
        case Create(after=Routine() as it):
            yield context.step(
                definition(it),
                key,
                "create",
                change.because or f"new {noun(it)}",
                creates=known_as(key),
                needs=needs(context, it),
                rank=rank.ROUTINE,
            )
            yield from depends(context, key, _target(it), it.extensions, ())
            yield from comment(context, key, it.comment)
        case Drop(before=Routine() as was):
            yield context.step(
                f"DROP {noun(was).upper()} {identity(was)}",
                key,
                "drop",
                change.because or "not in the desired schema",
                destroys=known_as(key),
                frees=schema_of(key) | frozenset(was.uses),
                rank=rank.DROP_ROUTINE,
            )
        case Alter(before=Routine() as was, after=Routine() as it):
            extensions = was.extensions
            if replace(was, comment=it.comment, extensions=it.extensions) != it:
                yield context.step(
                    definition(it, replaces=True),
                    key,
                    "alter",
                    differences(was, it),
                    creates=known_as(key),
                    needs=needs(context, it),
                    frees=frozenset(was.uses) - known_as(key),
                    rank=rank.ROUTINE,
                )
                extensions = ()  # replacing a routine forgets what it depended on
            yield from depends(context, key, _target(it), it.extensions, extensions)
            if it.comment != was.comment:
                yield from comment(context, key, it.comment, always=True)


def noun(it: Routine | Aggregate) -> str:
    if isinstance(it, Aggregate):
        return "aggregate"
    return "procedure" if it.procedure else "function"


def _target(it: Routine) -> str:
    return f"{noun(it).upper()} {identity(it)}"


def needs(context: Context, it: Routine) -> frozenset[ObjectKey]:
    """What must be there before it can be made. A string body is not looked into: the server does not, either."""
    found = set(schema_of(it.key)) | set(it.uses)
    if it.sql_body is not None:
        found.update(mentioned(context, it.sql_body.text))
    return frozenset(found) - known_as(it.key)


def mentioned(context: Context, text: str) -> Iterator[ObjectKey]:
    """The desired objects whose names stand in a text, with the columns of tables: more, at worst, than it rests on."""
    words = set(re.findall(r"[\w$]+", text.lower())) | set(re.findall(r'"((?:[^"]|"")+)"', text))
    for thing in context.desired.objects:
        key = thing.key
        if key.kind is Kind.ROUTINE and bare_name(key) in words:
            yield key
        elif key.kind in (Kind.TABLE, Kind.VIEW, Kind.TYPE, Kind.SEQUENCE) and key.name in words:
            yield key
            if isinstance(thing, Table):
                yield from (column_key(key, c.name) for c in thing.columns)


def is_replaced(was: Routine | Aggregate, it: Routine | Aggregate) -> bool:
    """Whether CREATE OR REPLACE refuses: names or defaults of arguments taken away, another result, another kind."""
    if isinstance(was, Aggregate) or isinstance(it, Aggregate):
        return replace(was, comment=None) != replace(it, comment=None)
    if (was.procedure, was.window, was.returns, was.returns_set) != (
        it.procedure,
        it.window,
        it.returns,
        it.returns_set,
    ):
        return True
    if _outputs(was) != _outputs(it):
        return True
    inputs = zip(_inputs(was), _inputs(it), strict=True)
    return any(
        (old.name is not None and old.name != new.name) or (old.default is not None and new.default is None)
        for old, new in inputs
    )


def _inputs(it: Routine) -> list[Argument]:
    return [a for a in it.arguments if a.mode in INPUT]


def _outputs(it: Routine) -> list[tuple[int, str, str | None, str]]:
    return [(n, a.mode, a.name, a.type.text) for n, a in enumerate(it.arguments) if a.mode not in ("IN", "VARIADIC")]


_PLAIN_WORDS = {
    "language": "language",
    "volatility": "volatility",
    "strict": "its way with NULL",
    "security_definer": "security",
    "leakproof": "leakproofness",
    "parallel": "parallel safety",
    "cost": "cost",
    "rows": "rows",
    "support": "support function",
    "settings": "settings",
    "arguments": "arguments",
}


def differences(was: Routine, it: Routine) -> str:
    words = [word for name, word in _PLAIN_WORDS.items() if getattr(was, name) != getattr(it, name)]
    if (was.body, was.library, was.sql_body) != (it.body, it.library, it.sql_body):
        words.append("body")
    return f"another {' and '.join(words)}" if len(words) == 1 else f"{', '.join(words)} differ"


def identity(it: Routine) -> str:
    """`schema.name(types)`, as DROP and COMMENT take it."""
    types = ", ".join(a.type.text for a in it.arguments if a.mode in INPUT)
    return f"{quoted(it.schema)}.{quoted(it.name)}({types})"


def definition(it: Routine, *, replaces: bool = False) -> str:
    """The whole CREATE, as the server itself prints it."""
    head = f"CREATE {'OR REPLACE ' if replaces else ''}{noun(it).upper()} {quoted(it.schema)}.{quoted(it.name)}"
    arguments = ", ".join(argument(a) for a in it.arguments if a.mode != "TABLE")
    lines = [f"{head}({arguments})"]
    if it.returns is not None:
        columns = [a for a in it.arguments if a.mode == "TABLE"]
        if columns:
            inside = ", ".join(f"{quoted(c.name or '')} {c.type.text}" for c in columns)
            lines.append(f" RETURNS TABLE({inside})")
        else:
            lines.append(f" RETURNS {'SETOF ' if it.returns_set else ''}{it.returns.text}")
    lines.append(f" LANGUAGE {quoted(it.language)}")
    lines += [f" {' '.join(words)}"] if (words := list(_attributes(it))) else []
    lines += [f" SET {quoted(name)} TO {_setting(name, value)}" for name, value in it.settings]
    return "\n".join([*lines, *_body(it)])


def _attributes(it: Routine) -> Iterator[str]:
    if it.window:
        yield "WINDOW"
    if it.volatility != "VOLATILE":
        yield it.volatility
    if it.parallel != "UNSAFE":
        yield f"PARALLEL {it.parallel}"
    if it.strict:
        yield "STRICT"
    if it.security_definer:
        yield "SECURITY DEFINER"
    if it.leakproof:
        yield "LEAKPROOF"
    if it.cost is not None:
        yield f"COST {it.cost:g}"
    if it.rows is not None:
        yield f"ROWS {it.rows:g}"
    if it.support is not None:
        yield f"SUPPORT {it.support}"


def argument(it: Argument) -> str:
    words = [it.mode] if it.mode != "IN" else []
    if it.name is not None:
        words.append(quoted(it.name))
    words.append(it.type.text)
    if it.default is not None:
        words.append(f"DEFAULT {it.default.text}")
    return " ".join(words)


def _setting(name: str, value: str) -> str:
    if name not in NAME_LISTS:
        return literal(value).strip()
    names = re.findall(r'"(?:[^"]|"")*"|[^\s,"]+', value)
    unquoted = (n[1:-1].replace('""', '"') if n.startswith('"') else n for n in names)
    return ", ".join(literal(n).strip() for n in unquoted) or "''"


def _body(it: Routine) -> Iterable[str]:
    if it.sql_body is not None:
        return [it.sql_body.text]
    body = it.body or ""
    if it.library is not None:
        return [f"AS {literal(it.library).strip()}, {literal(body).strip()}"]
    if it.language == "internal":
        return [f"AS {literal(body).strip()}"]
    tag = noun(it)
    while f"${tag}" in body:
        tag += "x"
    return [f"AS ${tag}${body}${tag}$"]
