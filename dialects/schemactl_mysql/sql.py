"""The one place where names and text become SQL."""

from __future__ import annotations

from schemactl.model import ObjectKey


def quoted(name: str) -> str:
    """An identifier in backticks, as SHOW CREATE prints it."""
    return "`" + name.replace("`", "``") + "`"


def qualified(key: ObjectKey) -> str:
    """`database`.`name` for what stands in a database, `name` for the rest."""
    return f"{quoted(key.schema)}.{quoted(key.name)}" if key.schema else quoted(key.name)


def literal(text: str) -> str:
    """A string constant. Means the same under every sql_mode only where it has no backslash: sessions of ours set one."""
    body = text.replace("\\", "\\\\").replace("'", "''").replace("\0", "\\0")
    return f"'{body}'"


def comment(text: str, mode: str | None) -> str:
    """A string constant in a statement that runs under this sql_mode; None for the mode of a session of ours."""
    plain = mode is not None and "NO_BACKSLASH_ESCAPES" in mode.split(",")
    return "'" + text.replace("'", "''") + "'" if plain else literal(text)


def names(columns: tuple[str, ...]) -> str:
    return ", ".join(quoted(c) for c in columns)


def account(text: str) -> str:
    """`user`@`host`, of what information_schema prints as user@host."""
    user, _, host = text.rpartition("@")
    return f"{quoted(user)}@{quoted(host)}"
