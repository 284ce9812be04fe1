"""Whether the server can read the body of a program that is to be made: PREPARE parses a statement and runs nothing.

MySQL prepares no CREATE PROCEDURE, and says so only of one that it could read. Measured on 9.7, 10.11 and 11.8.
"""

from __future__ import annotations

import pymysql
from pymysql.constants import ER
from sqlalchemy import Connection

from schemactl.errors import SqlSyntaxError
from schemactl.model import Program
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.programs import definition
from schemactl_mysql.modes import under
from schemactl_mysql.session import execute
from schemactl_mysql.sql import literal

#: What the server says only once it has read a statement: it prepares none of its kind, what it names is not there, is
#: there already, or is not for this user.
_READ = frozenset(
    {
        ER.UNSUPPORTED_PS,
        ER.NO_SUCH_TABLE,
        ER.BAD_DB_ERROR,
        ER.BAD_FIELD_ERROR,
        ER.SP_DOES_NOT_EXIST,
        ER.SP_ALREADY_EXISTS,
        ER.TRG_ALREADY_EXISTS,
        ER.DBACCESS_DENIED_ERROR,
        ER.TABLEACCESS_DENIED_ERROR,
        ER.PROCACCESS_DENIED_ERROR,
        ER.SPECIFIC_ACCESS_DENIED_ERROR,
    }
)


def refuse_unreadable(connection: Connection, context: Context, program: Program) -> None:
    """Raises SqlSyntaxError for a program that the server cannot read, with the key as its subject."""
    mode = getattr(program.options, "sql_mode", None)
    prepare = "PREPARE schemactl_probe FROM @schemactl_probe"
    # The text is a string in our mode, and is read in the program's own.
    execute(connection, f"SET @schemactl_probe = {literal(definition(context, program))}")
    try:
        execute(connection, prepare if mode is None else under(mode, prepare))
        execute(connection, "DEALLOCATE PREPARE schemactl_probe")
    except pymysql.MySQLError as error:
        if error.args[0] in _READ:
            return
        raise SqlSyntaxError(
            f"the server does not take {program.key}: {error.args[-1]}", subject=str(program.key)
        ) from None
    finally:
        execute(connection, "SET @schemactl_probe = NULL")
