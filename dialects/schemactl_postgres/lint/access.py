"""SC5: who may do what, and as whom."""

from __future__ import annotations

from schemactl.changes import Alter, Change, Create
from schemactl.lint.rule import Rule, Subject, on_change
from schemactl.model import Privileges, Routine, Table
from schemactl_postgres.options import TableOptions


def _open_path(subject: Subject, change: Change) -> str | None:
    it = change.after if isinstance(change, Create | Alter) else None
    if not isinstance(it, Routine) or not it.security_definer:
        return None
    if any(name == "search_path" for name, _ in it.settings):
        return None
    return "who calls it may put objects of the same names before those that it means"


def _to_public(subject: Subject, change: Change) -> str | None:
    it = change.after if isinstance(change, Create | Alter) else None
    if not isinstance(it, Privileges) or it.grantee != "PUBLIC":
        return None
    before = change.before.grants if isinstance(change, Alter) and isinstance(change.before, Privileges) else ()
    more = sorted({g.privilege for g in it.grants} - {g.privilege for g in before})
    return f"every role may {', '.join(more)} on {it.target}" if more else None


def _unsecured(subject: Subject, change: Change) -> str | None:
    if not isinstance(change, Alter) or not isinstance(change.after, Table):
        return None
    was, shall = (
        isinstance(it.options, TableOptions) and it.options.row_security
        for it in (change.before, change.after)
        if isinstance(it, Table)
    )
    return f"every row of {change.key.path} is open to whoever may read it" if was and not shall else None


RULES = (
    Rule(
        code="SC501",
        title="a SECURITY DEFINER routine has no search_path of its own",
        why="It runs with its owner's rights, and finds what it names along the caller's search_path: who may create objects "
        "can have it run theirs.",
        example="CREATE FUNCTION f() ... SECURITY DEFINER;",
        instead="SET search_path = app, pg_temp behind it",
        look=on_change(_open_path),
    ),
    Rule(
        code="SC502",
        title="something is granted to PUBLIC",
        why="PUBLIC is every role of the server, also those that are yet to be made.",
        example="GRANT SELECT ON people TO PUBLIC;",
        instead="grant it to a role, and that role to whoever needs it",
        look=on_change(_to_public),
    ),
    Rule(
        code="SC503",
        title="row security of a table is turned off",
        why="Its policies count no more: a role sees and writes every row that its rights on the table allow.",
        example="ALTER TABLE people DISABLE ROW LEVEL SECURITY;",
        instead="keep it on, and give the role a policy of its own",
        look=on_change(_unsecured),
    ),
)
