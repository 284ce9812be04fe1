"""CREATE, DROP and the name of what a Definition holds, as SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemactl.model import Definition, Kind
from schemactl_postgres.defined import MAPPING, OPTION, WORDS
from schemactl_postgres.sql import quoted


def identity(it: Definition) -> str:
    """What DROP and COMMENT ON call it, with the words of its kind. A member is named as its family."""
    match it.kind:
        case Kind.OPERATOR:
            return f"OPERATOR {quoted(it.schema)}.{it.name} ({it.types[0].text}, {it.types[1].text})"
        case Kind.CAST:
            return f"CAST ({it.types[0].text} AS {it.types[1].text})"
        case Kind.TRANSFORM:
            return f"TRANSFORM FOR {it.types[0].text} LANGUAGE {quoted(it.name)}"
        case Kind.FAMILY_MEMBER:
            return f"OPERATOR FAMILY {family(it)} USING {quoted(it.method)}"
        case _:
            using = f" USING {quoted(it.method)}" if it.method else ""
            return f"{WORDS[it.kind]} {_name(it)}{using}"


def _name(it: Definition) -> str:
    return f"{quoted(it.schema)}.{quoted(it.name)}" if it.schema else quoted(it.name)


def family(it: Definition) -> str:
    return it.get("family") or ""


def dropping(it: Definition) -> str:
    if it.kind is Kind.FAMILY_MEMBER:
        types = f"({it.types[0].text}, {it.types[1].text})"
        return f"ALTER {identity(it)} DROP {it.name.upper()} {types}"
    return f"DROP {identity(it)}"


def creation(it: Definition, members: Sequence[Definition] = ()) -> str:
    """The whole CREATE; of a member, the ALTER of its family. `members` are those that a class brings."""
    if it.kind is Kind.OPERATOR_CLASS:
        return _operator_class(it, members)
    return _CREATIONS[it.kind](it)


def _listed(parts: Sequence[str]) -> str:
    return "(\n    " + ",\n    ".join(parts) + "\n)"


def operator_option(name: str, value: str) -> str:
    """An option of an operator, or of a dictionary."""
    return f"{name.upper()} = {value}" if value else name.upper()


def _operator(it: Definition) -> str:
    given = dict(it.properties)
    parts = [f"FUNCTION = {given.pop('function')}"]
    for name, data in zip(("LEFTARG", "RIGHTARG"), it.types, strict=True):
        parts += [f"{name} = {data.text}"] if data.text != "NONE" else []
    parts += [operator_option(name, value) for name, value in given.items()]
    return f"CREATE OPERATOR {quoted(it.schema)}.{it.name} {_listed(parts)}"


def _cast(it: Definition) -> str:
    function = it.get("function")
    if function is not None:
        how = f"WITH FUNCTION {function}({', '.join(t.text for t in it.types[2:])})"
    else:
        how = "WITH INOUT" if it.get("inout") is not None else "WITHOUT FUNCTION"
    context = it.get("as")
    return f"CREATE {identity(it)} {how}" + (f" AS {context}" if context else "")


def _transform(it: Definition) -> str:
    sides = {"from_sql": "FROM SQL", "to_sql": "TO SQL"}
    parts = [f"{sides[name]} WITH FUNCTION {value}(internal)" for name, value in it.properties]
    return f"CREATE {identity(it)} ({', '.join(parts)})"


def _language(it: Definition) -> str:
    trusted = "TRUSTED " if it.get("trusted") is not None else ""
    parts = [f"{n.upper()} {v}" for n in ("handler", "inline", "validator") if (v := it.get(n)) is not None]
    return f"CREATE {trusted}LANGUAGE {quoted(it.name)} {' '.join(parts)}"


def _access_method(it: Definition) -> str:
    return f"CREATE {identity(it)} TYPE {it.get('type')} HANDLER {it.get('handler')}"


def _conversion(it: Definition) -> str:
    default = "DEFAULT " if it.get("default") is not None else ""
    encodings = f"FOR {it.get('from')} TO {it.get('to')}"
    return f"CREATE {default}{identity(it)} {encodings} FROM {it.get('function')}"


def _family(it: Definition) -> str:
    return f"CREATE {identity(it)}"


def _operator_class(it: Definition, members: Sequence[Definition]) -> str:
    default = "DEFAULT " if it.get("default") is not None else ""
    items = [member(m) for m in members]
    if len(it.types) > 1:
        items.append(f"STORAGE {it.types[1].text}")
    elif not items:
        items.append(f"STORAGE {it.types[0].text}")  # which says nothing: but something has to be said
    head = f"CREATE OPERATOR CLASS {_name(it)} {default}FOR TYPE {it.types[0].text} USING {quoted(it.method)}"
    return f"{head} FAMILY {family(it)} AS\n    " + ",\n    ".join(items)


def member(it: Definition) -> str:
    """`OPERATOR 1 schema.<(left, right)` or `FUNCTION 1 (left, right) f(arguments)`."""
    types = f"({it.types[0].text}, {it.types[1].text})"
    operator = it.get("operator")
    if operator is None:
        return f"{it.name.upper()} {types} {it.get('function')}({', '.join(t.text for t in it.types[2:])})"
    order = it.get("order_by")
    name = operator.removeprefix("OPERATOR(").removesuffix(")") if operator.startswith("OPERATOR(") else operator
    return f"{it.name.upper()} {name} {types}" + (f" FOR ORDER BY {order}" if order else "")


def _member(it: Definition) -> str:
    return f"ALTER {identity(it)} ADD {member(it)}"


def _search(it: Definition) -> str:
    """Mappings of a configuration are statements of their own."""
    given = {name.removeprefix(OPTION): value for name, value in it.properties if not name.startswith(MAPPING)}
    template = given.pop("template", None)
    parts = [f"TEMPLATE = {template}"] if template is not None else []
    plain = it.kind is not Kind.SEARCH_DICTIONARY
    parts += [f"{name.upper() if plain else quoted(name)} = {value}" for name, value in given.items()]
    return f"CREATE {identity(it)} {_listed(parts)}"


_CREATIONS: dict[Kind, Callable[[Definition], str]] = {
    Kind.ACCESS_METHOD: _access_method,
    Kind.CAST: _cast,
    Kind.CONVERSION: _conversion,
    Kind.FAMILY_MEMBER: _member,
    Kind.LANGUAGE: _language,
    Kind.OPERATOR: _operator,
    Kind.OPERATOR_FAMILY: _family,
    Kind.SEARCH_CONFIGURATION: _search,
    Kind.SEARCH_DICTIONARY: _search,
    Kind.SEARCH_PARSER: _search,
    Kind.SEARCH_TEMPLATE: _search,
    Kind.TRANSFORM: _transform,
}
