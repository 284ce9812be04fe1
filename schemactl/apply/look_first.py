"""What is looked for before the first step, where no rollback would take back what ran before one that fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from schemactl.dialect import CountsRows, Dialect, LooksFirst, Patience
from schemactl.errors import PermissionError_, RowsError, UnreachableError
from schemactl.plan import Plan, PlannedStep
from schemactl.plan.document import PlannedCheck, with_checks
from schemactl.steps import Right

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: How many findings an error names.
_NAMED = 5


def counted(
    dialect: Dialect, connection: Connection, plan: Plan, *, asked: bool = False, seconds: float | None = None
) -> Plan:
    """The plan with the number of rows that each check finds. It has the digest that it had.

    Where the server takes a failed step back, the rows are only counted if that is `asked` for.
    """
    if not isinstance(dialect, LooksFirst) and not (asked and isinstance(dialect, CountsRows)):
        return plan
    limit = Patience().plan_check_timeout if seconds is None else seconds

    def count(check: PlannedCheck) -> PlannedCheck:
        if not check.sql:
            return replace(check, found=None, unknown="this server cannot be asked")
        try:
            return replace(check, found=dialect.count(connection, check.sql, seconds=limit), unknown="")
        except TimeoutError:
            return replace(check, found=None, unknown=f"longer than {limit:g} s")
        except Exception as error:
            meaning = dialect.error(error, doing="counting rows")
            if meaning is None or isinstance(meaning, UnreachableError):
                raise
            return replace(check, found=None, unknown=meaning.message)

    result = with_checks(plan, count)
    connection.rollback()
    return result


def look_first(
    dialect: Dialect, connection: Connection, plan: Plan, patience: Patience, *, asked: bool = False
) -> None:
    """Raises PermissionError_ for a step that the user may not take, RowsError for one that the rows do not suit.

    Rows that could not be counted, for there are too many of them, stop nothing: the server still refuses the step as a
    whole where they do not suit it. `asked` is as of `counted`.
    """
    if isinstance(dialect, LooksFirst):
        _may(dialect, connection, plan)
    found = list(_in_the_way(counted(dialect, connection, plan, asked=asked, seconds=patience.check_timeout)))
    if found:
        step = found[0][0]
        named = "; ".join(check.words for _, check in found[:_NAMED])
        more = f"; and {len(found) - _NAMED} more findings" if len(found) > _NAMED else ""
        raise RowsError(
            f"there are rows that the plan does not suit: {named}{more}",
            subject=step.object,
            hint="nothing was changed: mend these rows, or change the desired schema, and run again",
        )


def _in_the_way(plan: Plan) -> Iterator[tuple[PlannedStep, PlannedCheck]]:
    for step in plan.steps:
        for check in step.checks:
            if check.refused and check.found:
                yield step, check


def _may(dialect: LooksFirst, connection: Connection, plan: Plan) -> None:
    rights = {Right(privilege=r.privilege, schema=r.schema, name=r.name): s for s in plan.steps for r in s.rights}
    lacking = dialect.lacking(connection, list(rights))
    connection.rollback()
    if lacking:
        first = rights[lacking[0]]
        named = ", ".join(str(r) for r in lacking[:_NAMED]) + (" ..." if len(lacking) > _NAMED else "")
        raise PermissionError_(
            f"the user lacks rights that the plan needs: {named}",
            subject=first.object,
            hint=f"nothing was changed: grant them, or connect as another user (to {first.action} {first.object})",
        )
