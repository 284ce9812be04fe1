"""CREATE DOMAIN, and what ALTER DOMAIN does to one."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import DuplicateObjectError, SqlSyntaxError
from schemactl.model import Check, DataType, Domain, Expression, Kind, ObjectKey
from schemactl_postgres.read.collation import parse_collation
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.expressions import default_span, expression, is_dropped_null, is_null, whole_span
from schemactl_postgres.read.move_type import move_type
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort, Token
from schemactl_postgres.read.type_name import parse_type


def create_domain(cursor: Cursor, state: State) -> None:
    """After the words CREATE DOMAIN."""
    name = cursor.qualified("a domain")
    key = ObjectKey(kind=Kind.TYPE, schema=state.home(name, cursor), name=name.name)
    state.refuse_taken_type(cursor, key, name.token)
    cursor.take("AS")
    at = cursor.token
    read = parse_type(cursor, state)
    if read.serial:
        raise cursor.error(SqlSyntaxError, "a domain cannot be over serial", at)
    domain = Domain(schema=key.schema, name=key.name, type=read.type, default=_inherited(state, read.type))
    stated: list[bool] = []
    while cursor.token.sort is Sort.WORD:
        domain = _clause(cursor, state, domain, stated)
    cursor.end()
    state.types[key] = domain
    state.places[key] = cursor.place(name.token)


def _clause(cursor: Cursor, state: State, domain: Domain, stated: list[bool]) -> Domain:
    """One clause of CREATE DOMAIN. `stated` collects what was said of NULL."""
    label, token = "", cursor.token
    if cursor.take("CONSTRAINT"):
        token = cursor.token
        label = cursor.name("a constraint")
    if cursor.take("CHECK"):
        return _with_check(cursor, state, domain, label, token)
    nullable = cursor.take("NULL")
    if nullable or cursor.take("NOT", "NULL"):
        if (not nullable) in stated:
            raise cursor.error(SqlSyntaxError, f"the domain {domain.key.path} is both NULL and NOT NULL", token)
        stated.append(nullable)
        return replace(domain, nullable=nullable)
    if label:
        raise cursor.unexpected("expected CHECK or NOT NULL")
    if cursor.take("COLLATE"):
        return replace(domain, collation=parse_collation(cursor, state))
    if cursor.take("DEFAULT"):
        return replace(domain, default=_default(cursor, state, domain, default_span(cursor)))
    raise cursor.unexpected()


def _inherited(state: State, data: DataType) -> Expression | None:
    """A domain over a domain takes the default that this one has at the time."""
    base = state.types.get(data.uses) if data.uses is not None and not data.text.endswith("[]") else None
    return base.default if isinstance(base, Domain) else None


def _default(cursor: Cursor, state: State, domain: Domain, span: tuple[int, int]) -> Expression | None:
    if is_null(cursor, span) and is_dropped_null(domain.type):
        return None
    return expression(cursor, span, state)


def _with_check(cursor: Cursor, state: State, domain: Domain, label: str, token: Token) -> Domain:
    """The rest of a CHECK."""
    check = Check(
        name=label or state.constraint_name(domain.schema, domain.name, None, "check"),
        expression=expression(cursor, cursor.parenthesised(), state),
        generated_name=not label,
    )
    if any(c.name == check.name for c in domain.constraints):
        raise state.duplicate(cursor, domain.child(check.name), token)
    state.constraint_names[domain.schema, check.name] += 1
    state.places[domain.child(check.name)] = cursor.place(token)
    return _sorted(domain, (*domain.constraints, check))


def _sorted(domain: Domain, checks: tuple[Check, ...]) -> Domain:
    return replace(domain, constraints=tuple(sorted(checks, key=lambda c: c.name)))


def alter_domain(cursor: Cursor, state: State) -> None:
    """After the words ALTER DOMAIN."""
    name = cursor.qualified("a domain")
    domain = state.find_type(name)
    if not isinstance(domain, Domain):
        raise state.missing(cursor, "domain", name)
    if cursor.take("OWNER", "TO"):
        cursor.name("a role", label=True)
    elif cursor.take("RENAME", "TO"):
        token = cursor.token
        move_type(cursor, state, domain, domain.schema, cursor.name("a domain"), token)
    elif cursor.take("SET", "SCHEMA"):
        token = cursor.token
        move_type(cursor, state, domain, cursor.name("a schema"), domain.name, token)
    else:
        state.types[domain.key] = _altered(cursor, state, domain)
    cursor.end()


def _altered(cursor: Cursor, state: State, domain: Domain) -> Domain:
    if cursor.take("SET", "DEFAULT"):
        return replace(domain, default=_default(cursor, state, domain, whole_span(cursor)))
    if cursor.take("DROP", "DEFAULT"):
        return replace(domain, default=None)
    if cursor.take("SET", "NOT", "NULL"):
        return replace(domain, nullable=False)
    if cursor.take("DROP", "NOT", "NULL"):
        return replace(domain, nullable=True)
    if cursor.take("ADD"):
        return _added(cursor, state, domain)
    if cursor.take("DROP", "CONSTRAINT"):
        return _dropped(cursor, state, domain)
    if cursor.take("RENAME", "CONSTRAINT"):
        return _renamed(cursor, state, domain)
    if cursor.take("VALIDATE", "CONSTRAINT"):
        check = _check(cursor, state, domain)
        return _replaced(domain, check, replace(check, validated=True))
    raise cursor.unexpected()


def _added(cursor: Cursor, state: State, domain: Domain) -> Domain:
    label, token = "", cursor.token
    if cursor.take("CONSTRAINT"):
        token = cursor.token
        label = cursor.name("a constraint")
    if cursor.take("NOT", "NULL"):
        return replace(domain, nullable=False)
    cursor.expect("CHECK")
    before = {c.name for c in domain.constraints}
    domain = _with_check(cursor, state, domain, label, token)
    if cursor.take("NOT", "VALID"):
        new = next(c for c in domain.constraints if c.name not in before)
        return _replaced(domain, new, replace(new, validated=False))
    return domain


def _check(cursor: Cursor, state: State, domain: Domain) -> Check:
    token = cursor.token
    name = cursor.name("a constraint")
    for check in domain.constraints:
        if check.name == name:
            return check
    raise state.missing(cursor, "constraint", f"{name} on {domain.key.path}", token)


def _dropped(cursor: Cursor, state: State, domain: Domain) -> Domain:
    lenient = cursor.take("IF", "EXISTS")
    names = {c.name for c in domain.constraints}
    if lenient and cursor.token.sort in (Sort.WORD, Sort.QUOTED):
        probe = Cursor(cursor.source, cursor.tokens)
        probe.i = cursor.i
        if probe.name("a constraint") not in names:
            cursor.i = probe.i
            cursor.take_any("CASCADE", "RESTRICT")
            return domain
    check = _check(cursor, state, domain)
    cursor.take_any("CASCADE", "RESTRICT")
    state.constraint_names[domain.schema, check.name] -= 1
    state.places.pop(domain.child(check.name), None)
    return replace(domain, constraints=tuple(c for c in domain.constraints if c is not check))


def _renamed(cursor: Cursor, state: State, domain: Domain) -> Domain:
    check = _check(cursor, state, domain)
    cursor.expect("TO")
    token = cursor.token
    name = cursor.name("a constraint")
    if any(c.name == name for c in domain.constraints):
        raise cursor.error(DuplicateObjectError, f"the constraint {name} is there already", token, subject=name)
    state.constraint_names[domain.schema, check.name] -= 1
    state.constraint_names[domain.schema, name] += 1
    state.places.pop(domain.child(check.name), None)
    state.places[domain.child(name)] = cursor.place(token)
    return _replaced(domain, check, replace(check, name=name, generated_name=False))


def _replaced(domain: Domain, old: Check, new: Check) -> Domain:
    return _sorted(domain, tuple(new if c is old else c for c in domain.constraints))


def comment_on_check(cursor: Cursor, state: State, owner: Name, name: str, token: Token, text: str | None) -> None:
    """COMMENT ON CONSTRAINT name ON DOMAIN owner, all of which has been read."""
    domain = state.find_type(owner)
    if not isinstance(domain, Domain):
        raise state.missing(cursor, "domain", owner)
    for check in domain.constraints:
        if check.name == name:
            state.types[domain.key] = _replaced(domain, check, replace(check, comment=text))
            return
    raise state.missing(cursor, "constraint", f"{name} on {domain.key.path}", token)
