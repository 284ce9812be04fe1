"""CREATE, ALTER and DROP POLICY."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.errors import MissingObjectError, SqlSyntaxError, UnsupportedError
from schemactl.model import Expression, Kind, ObjectKey, Policy
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.expressions import expression
from schemactl_postgres.read.role import roles
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Token

COMMANDS = ("ALL", "SELECT", "INSERT", "UPDATE", "DELETE")


def create_policy(cursor: Cursor, state: State) -> None:
    """After the words CREATE POLICY."""
    token, name, table = _named(cursor, state)
    policy = Policy(schema=table.schema, table=table.name, name=name)
    if name in table.policies:
        raise state.duplicate(cursor, policy.key, token)
    if cursor.take("AS"):
        word = cursor.take_any("PERMISSIVE", "RESTRICTIVE")
        if word is None:
            raise cursor.unexpected("expected PERMISSIVE or RESTRICTIVE")
        policy = replace(policy, permissive=word == "PERMISSIVE")
    if cursor.take("FOR"):
        command = cursor.take_any(*COMMANDS)
        if command is None:
            raise cursor.unexpected(f"expected one of {', '.join(COMMANDS)}")
        policy = replace(policy, command=command)
    table.policies[name] = _clauses(cursor, state, table, policy)
    state.places[policy.key] = cursor.place(token)


def alter_policy(cursor: Cursor, state: State) -> None:
    """After the words ALTER POLICY."""
    token, name, table = _named(cursor, state)
    policy = table.policies.get(name)
    if policy is None:
        raise state.missing(cursor, "policy", f"{name} on {table.key.path}", token)
    if cursor.take("RENAME", "TO"):
        token = cursor.token
        new = cursor.name("a policy")
        cursor.end()
        key = policy_key(table, new)
        if new in table.policies:
            raise state.duplicate(cursor, key, token)
        del table.policies[name]
        state.places.pop(policy_key(table, name), None)
        table.policies[new] = replace(policy, name=new)
        state.places[key] = cursor.place(token)
        return
    table.policies[name] = _clauses(cursor, state, table, policy)


def drop_policy(cursor: Cursor, state: State) -> None:
    """After the words DROP POLICY."""
    lenient = cursor.take("IF", "EXISTS")
    try:
        token, name, table = _named(cursor, state)
    except MissingObjectError:
        if lenient:
            return
        raise
    cursor.take_any("CASCADE", "RESTRICT")
    cursor.end()
    if name not in table.policies:
        if lenient:
            return
        raise state.missing(cursor, "policy", f"{name} on {table.key.path}", token)
    forget_policy(state, table, name)


def on_policy(cursor: Cursor, state: State) -> None:
    """After the words COMMENT ON POLICY."""
    token, name, table = _named(cursor, state)
    cursor.expect("IS")
    text = None if cursor.take("NULL") else cursor.string() or None
    if name not in table.policies:
        raise state.missing(cursor, "policy", f"{name} on {table.key.path}", token)
    table.policies[name] = replace(table.policies[name], comment=text)


def policy_key(table: TableDraft, name: str) -> ObjectKey:
    return table.child(Kind.POLICY, name)


def forget_policy(state: State, table: TableDraft, name: str) -> None:
    del table.policies[name]
    state.places.pop(policy_key(table, name), None)


def policies_on(table: TableDraft, column: ObjectKey) -> list[str]:
    """The policies of a table that mention one of its columns."""
    return [p.name for p in table.policies.values() if any(column in e.uses for e in p.expressions)]


def refuse_queries(cursor: Cursor, table: TableDraft, column: ObjectKey, token: Token) -> None:
    """A column whose name stands in a query within a policy may be another table's: it cannot be renamed there."""
    for name in policies_on(table, column):
        if any("select" in e.text.lower() for e in table.policies[name].expressions):
            raise cursor.error(
                UnsupportedError,
                f"renaming {column}, which a query in the policy {name} may mention",
                token,
                subject=column.path,
                hint="create the column under its last name",
            )


def frozen_policies(table: TableDraft) -> Iterator[Policy]:
    """The policies under the name that their table has in the end."""
    return (replace(p, schema=table.schema, table=table.name) for p in table.policies.values())


def _named(cursor: Cursor, state: State) -> tuple[Token, str, TableDraft]:
    token = cursor.token
    name = cursor.name("a policy")
    cursor.expect("ON")
    return token, name, state.table(cursor.qualified("a table"), cursor)


def _clauses(cursor: Cursor, state: State, table: TableDraft, policy: Policy) -> Policy:
    if cursor.take("TO"):
        found = roles(cursor, state)
        policy = replace(policy, roles=("PUBLIC",) if "PUBLIC" in found else found)
    token = cursor.token
    if cursor.take("USING"):
        if policy.command == "INSERT":
            raise cursor.error(SqlSyntaxError, "a policy for INSERT has only WITH CHECK", token, subject=policy.name)
        policy = replace(policy, using=_expression(cursor, state, table))
    token = cursor.token
    if cursor.take("WITH", "CHECK"):
        if policy.command in ("SELECT", "DELETE"):
            raise cursor.error(
                SqlSyntaxError, f"a policy for {policy.command} has no WITH CHECK", token, subject=policy.name
            )
        policy = replace(policy, check=_expression(cursor, state, table))
    cursor.end()
    return policy


def _expression(cursor: Cursor, state: State, table: TableDraft) -> Expression:
    return expression(cursor, cursor.parenthesised(), state, table)
