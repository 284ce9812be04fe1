"""What each hazard means, for people."""

from __future__ import annotations

from typing import NamedTuple

from schemactl.steps import Hazard


class HazardText(NamedTuple):
    title: str
    explanation: str


HAZARDS = {
    Hazard.DROPS_SCHEMA: HazardText(
        "a schema goes, with all that is in it",
        """The desired schema no longer has this schema, so it is dropped. What other sessions keep in it is gone.
If it is not yours to manage, limit the run with --schema, or exclude it.""",
    ),
    Hazard.DROPS_TABLE: HazardText(
        "a table goes, with its rows",
        """The desired schema no longer has this table. Its rows cannot be brought back but from a backup.
If the table is managed by others, exclude it: --exclude 'schema.table'.""",
    ),
    Hazard.DROPS_COLUMN: HazardText(
        "a column goes, with its values",
        """The desired schema no longer has this column. Its values cannot be brought back but from a backup.
Programs that still name the column will fail; deploy those that do not first.""",
    ),
    Hazard.DROPS_PARTITION: HazardText(
        "a partition goes, with its rows",
        """The desired schema no longer has this partition. Its rows cannot be brought back but from a backup. To keep
them, have their values in another partition first: one with a new name, so that the two are merged.""",
    ),
    Hazard.DROPS_HISTORY: HazardText(
        "what rows once were is forgotten",
        """The desired schema no longer keeps the history of this table's rows, or of one of its columns. The rows
themselves stay; what they were before cannot be brought back but from a backup.""",
    ),
    Hazard.DROPS_SEQUENCE: HazardText(
        "a sequence goes, with its position",
        """The desired schema no longer has this sequence. One that is made anew starts from its beginning, and may give
out numbers that were given out before.""",
    ),
    Hazard.DROPS_EXTENSION: HazardText(
        "an extension goes, with what it brought",
        """The desired schema no longer has this extension. Its types, functions and tables go with it.""",
    ),
    Hazard.DROPS_PUBLICATION: HazardText(
        "a publication goes, and what is replicated by it stops",
        """The desired schema no longer has this publication. Its subscribers stop with an error, and what is written until
it is there again never reaches them. If another tool made it, such as one for change data capture, exclude it.""",
    ),
    Hazard.NARROWS_TYPE: HazardText(
        "a column's new type holds less than its old one",
        """Values may be cut, rounded or refused when the column takes its new type: a shorter text, a smaller number, a
time without its zone. What is cut cannot be brought back.""",
    ),
    Hazard.REMOVES_ENUM_VALUE: HazardText(
        "an enum loses a value",
        """Rows that hold the value make the step fail, and programs that write it will fail after it. The type is made
anew, and the columns that use it are rewritten.""",
    ),
    Hazard.REWRITES_TABLE: HazardText(
        "the whole table is written anew",
        """The server copies every row while the table is locked against all others. The time and the space that takes
grow with the table.""",
    ),
    Hazard.SCANS_TABLE: HazardText(
        "every row of the table is read",
        """The server reads the whole table to check its rows, and holds the step's lock for as long as that takes.""",
    ),
    Hazard.BUILDS_INDEX: HazardText(
        "an index is built",
        """The server reads the whole table and sorts it. Built concurrently, writes go on meanwhile; the time grows with
the table either way.""",
    ),
    Hazard.BLOCKS_READS: HazardText(
        "nobody can read the table meanwhile",
        """The step's lock conflicts with SELECT. Each query on the table waits until the transaction has ended, and so
does each query behind it. A lock timeout keeps the wait for the lock itself short.""",
    ),
    Hazard.BLOCKS_WRITES: HazardText(
        "nobody can write to the table meanwhile",
        """The step's lock conflicts with INSERT, UPDATE and DELETE, which wait until the transaction has ended. Reading
goes on.""",
    ),
    Hazard.MAY_FAIL_ON_DATA: HazardText(
        "the rows may not allow it",
        """The step succeeds only if the rows fit: no duplicates, no NULL, every value castable, every reference met. If
they do not, the server refuses it and nothing of its transaction stands.""",
    ),
    Hazard.DROPS_CONSTRAINT: HazardText(
        "a rule on the data goes",
        """Rows that the constraint would have refused can be written from then on. No data is lost.""",
    ),
    Hazard.BREAKS_CLIENTS: HazardText(
        "programs that do not know of it fail",
        """What programs, reports and other databases name is called otherwise, or is gone. Deploy what knows the new name
first where both can be, or keep the old name for a while: a view, or a second column.""",
    ),
    Hazard.CHANGES_ACCESS: HazardText(
        "who may see or do what changes",
        """A right is granted or taken away, or row security lets other rows through. No data changes. Have it read by
whoever answers for access to this database.""",
    ),
    Hazard.NOT_REVERSIBLE: HazardText(
        "there is no plain way back",
        """Going back to the old schema takes more than a statement that undoes this one. No data is lost by it.""",
    ),
}
