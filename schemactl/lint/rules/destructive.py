"""DS and SC1: what is lost. Each follows from a hazard, and has its words."""

from __future__ import annotations

from schemactl.lint.rule import Rule, Severity, on_hazard
from schemactl.steps import Hazard

RULES = (
    Rule(
        code="DS101",
        title="a schema is dropped",
        why="What is in the schema goes with it, also what sessions put there that the desired schema never had.",
        example="-- CREATE SCHEMA app; is no longer in the desired SQL",
        instead="limit the run to your schemas (--schema), exclude it, or allow it once: --allow DROPS_SCHEMA",
        severity=Severity.ERROR,
        look=on_hazard(Hazard.DROPS_SCHEMA),
    ),
    Rule(
        code="DS102",
        title="a table is dropped",
        why="Its rows cannot be brought back but from a backup. A table that got another name is dropped as well, unless a "
        "hint says so.",
        example="-- CREATE TABLE t (...); is no longer in the desired SQL",
        instead="rename it with `-- schemactl:renamed from=old`, exclude it, or stop using it in one release and drop it in "
        "the next: --allow DROPS_TABLE",
        severity=Severity.ERROR,
        look=on_hazard(Hazard.DROPS_TABLE),
    ),
    Rule(
        code="DS103",
        title="a column is dropped that holds values",
        why="Its values cannot be brought back but from a backup, and programs that still name it fail.",
        example="CREATE TABLE t (id int);  -- was (id int, name text)",
        instead="rename it with `-- schemactl:renamed from=old`, or deploy what does not use it first, then: --allow "
        "DROPS_COLUMN",
        severity=Severity.ERROR,
        look=on_hazard(Hazard.DROPS_COLUMN),
    ),
    Rule(
        code="SC101",
        title="a partition is dropped",
        why="The rows in it go, and none of the others takes them.",
        example="-- CREATE TABLE t_2020 PARTITION OF t ...; is no longer in the desired SQL",
        instead="move its rows first, or let another partition cover its values",
        severity=Severity.ERROR,
        look=on_hazard(Hazard.DROPS_PARTITION),
    ),
    Rule(
        code="SC102",
        title="a sequence is dropped",
        why="One that is made anew starts from its beginning, and may give out numbers that were given out before.",
        example="-- CREATE SEQUENCE s; is no longer in the desired SQL",
        instead="keep it until nothing counts with it, then: --allow DROPS_SEQUENCE",
        severity=Severity.ERROR,
        look=on_hazard(Hazard.DROPS_SEQUENCE),
    ),
    Rule(
        code="SC103",
        title="an extension is dropped",
        why="Its types, functions and tables go with it.",
        example="-- CREATE EXTENSION hstore; is no longer in the desired SQL",
        instead="drop what uses it in a release before",
        severity=Severity.ERROR,
        look=on_hazard(Hazard.DROPS_EXTENSION),
    ),
    Rule(
        code="SC104",
        title="a publication is dropped",
        why="Its subscribers stop with an error, and what is written until it is there again never reaches them.",
        example="-- CREATE PUBLICATION p ...; is no longer in the desired SQL",
        instead="end its subscriptions first; exclude one that another tool made",
        severity=Severity.ERROR,
        look=on_hazard(Hazard.DROPS_PUBLICATION),
    ),
    Rule(
        code="SC105",
        title="a type becomes one that holds less",
        why="Values may be cut, rounded or refused as they take the new type. What is cut cannot be brought back.",
        example="ALTER TABLE t ALTER COLUMN c TYPE varchar(10);  -- was varchar(20)",
        instead="look first at what the rows hold; add a new column and fill it with values that you have checked",
        severity=Severity.ERROR,
        look=on_hazard(Hazard.NARROWS_TYPE),
    ),
    Rule(
        code="SC106",
        title="a value of an enum is removed",
        why="Rows that hold it make the step fail, and programs that write it fail after it.",
        example="CREATE TYPE mood AS ENUM ('ok');  -- was ('ok', 'bad')",
        instead="change the rows and the programs first, then: --allow REMOVES_ENUM_VALUE",
        severity=Severity.ERROR,
        look=on_hazard(Hazard.REMOVES_ENUM_VALUE),
    ),
)
