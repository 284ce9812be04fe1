"""Every error a user can meet: what was wrong, where, and what to do about it.

    SchemactlError
    ├── SourceError              the desired schema cannot be read
    │   ├── SqlSyntaxError       E101
    │   ├── UnknownTypeError     E102
    │   ├── NotDdlError          E103
    │   ├── DuplicateObjectError E104
    │   ├── MissingObjectError   E105
    │   ├── UnsupportedError     E106
    │   └── SourceNotFoundError  E107
    ├── DatabaseError            the live database cannot be read or written
    │   ├── UnreachableError     E201
    │   ├── AuthenticationError  E202
    │   ├── NoDatabaseError      E203
    │   ├── ReadOnlyError        E204
    │   ├── PermissionError_     E205
    │   ├── ServerVersionError   E206
    │   ├── UnsupportedObjectsError  E207
    │   ├── UrlError             E208
    │   └── NoFeatureError       E209
    ├── PlanError                the plan cannot be made or carried out
    │   ├── RefusedError         E301  exit 3
    │   ├── NotApprovedError     E302  exit 3
    │   ├── StalePlanError       E303  exit 4
    │   ├── LockError            E304  exit 5
    │   │   └── BusyError        E310  exit 5
    │   ├── StepFailedError      E305
    │   ├── ImpossibleError      E306
    │   ├── PlanFileError        E307
    │   ├── InterruptedError_    E308  exit 130
    │   ├── RowsError            E309
    │   ├── RefutedError         E315  exit 3
    │   └── NotProvedError       E316  exit 3
    ├── ResourceError            a manifest, or what it refers to, is wrong
    │   ├── ManifestError        E401
    │   ├── MissingReferenceError E402
    │   ├── UnsupportedFieldError E403
    │   ├── NoManifestError      E404
    │   └── ClusterError         E405
    ├── PlatformError            E501  a platform of pull requests does not take what it is asked to
    ├── UsageError               E901  exit 64
    └── InternalError            E999

A code is stable for ever: `schemactl explain CODE` says more about it, and scripts may match on it. No error
carries a password: text of a driver goes through `DatabaseUrl.redact` before it becomes a message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

#: A password written into SQL: PASSWORD 'x', password = x, (password 'x'), and the userinfo of a URL.
_SECRET = re.compile(r"(?<=password)(\s*=?\s*)('(?:[^']|'')*'?|[^\s',)]+)|(?<=://)[^\s/@']+(?=@)", re.IGNORECASE)


@lru_cache(maxsize=4)  # a schema may be one long line, of which every object keeps the place
def _masked(line: str) -> str:
    """The line with secrets replaced by stars, as many as there were characters, so that columns still fit."""
    return _SECRET.sub(lambda m: (m[1] or "") + "*" * (len(m[0]) - len(m[1] or "")), line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a source something stands. `line` and `column` count from 1.

    `excerpt` is the whole source line; what looks like a password in it is masked.
    """

    file: str
    line: int
    column: int
    excerpt: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "excerpt", _masked(self.excerpt))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def caret(self) -> str:
        """The source line with a caret under the column, or nothing where no line is known."""
        if not self.excerpt:
            return ""
        pad = "".join("\t" if c == "\t" else " " for c in self.excerpt[: self.column - 1])
        return f"{self.excerpt}\n{pad}^"


class SchemactlError(Exception):
    """The root. `message` is one sentence; `place` and `subject` say where; `hint` says what to do.

    `stands` says what a run that had begun left behind: which steps stand, and which were taken back.
    """

    code: ClassVar[str] = "E000"
    exit_code: ClassVar[int] = 1
    #: What `schemactl explain` prints: when it is raised, why, and how to get out of it.
    explanation: ClassVar[str] = ""
    #: Whether trying again, with nothing changed by the user, may help: an error of the world, not of the user.
    transient: ClassVar[bool] = False
    #: The hint of an error that has none of its own.
    remedy: ClassVar[str] = ""

    def __init__(self, message: str, *, place: Place | None = None, subject: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.subject = subject
        self.hint = hint or self.remedy
        self.stands = ""

    def __str__(self) -> str:
        return self.message


class SourceError(SchemactlError):
    pass


class SqlSyntaxError(SourceError):
    code = "E101"
    remedy = "correct the statement; the server's manual has its full syntax"
    explanation = """The desired SQL has text that does not form a statement.

The place names the file, the line and the column, and the caret stands under the first word that could not be
understood. Compare the statement with the manual of your server version."""


class UnknownTypeError(SourceError):
    code = "E102"
    remedy = "correct the name, create the type, or install its extension"
    explanation = """A column, or another object, has a type that nobody knows: it is no type of the server, the desired schema
does not create it, and no extension of the database brings it.

Mostly it is a misspelling. A type of an extension is known once the extension is installed in the target, or when
the desired schema says CREATE EXTENSION. A type in a schema of its own must be written with that schema's name."""


class NotDdlError(SourceError):
    code = "E103"
    explanation = """The desired schema holds a statement that does not describe a schema: INSERT, SELECT, UPDATE ...

schemactl reads the desired schema and never executes it, so such a statement would be lost without a word.
Move data and one-off commands out of the schema files.

A DO block is read where it does no more than make what is not there:

    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app; END IF;
    END $$;
    DO $$ BEGIN CREATE TYPE mood AS ENUM ('ok'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;"""


class DuplicateObjectError(SourceError):
    code = "E104"
    remedy = "remove one of the two"
    explanation = """The desired schema creates the same object twice. Remove one of the two statements: which one was meant
cannot be known."""


class MissingObjectError(SourceError):
    code = "E105"
    remedy = "create it in the desired schema, or correct the name"
    explanation = """A statement of the desired schema refers to an object that the desired schema does not create: a foreign
key to a table that is not there, an index on a missing column, a comment on nothing.

Add the missing object, correct the name, or, where the object lives in a schema that is not managed, write its
schema's name before it."""


class UnsupportedError(SourceError):
    code = "E106"
    remedy = "take it out of the desired schema, and exclude the object if it is live"
    explanation = """The desired schema uses a kind of object or a clause that this version of schemactl cannot compare and
alter faithfully. It is refused by name rather than skipped or guessed.

Remove it from the desired schema, or leave that object out of schemactl's care with `exclude`."""


class SourceNotFoundError(SourceError):
    code = "E107"
    explanation = """A source of the desired schema could not be opened: the file or directory does not exist, cannot be read,
is not UTF-8, or holds no .sql file. An empty directory is not taken for an empty schema: that would drop everything."""


class DatabaseError(SchemactlError):
    pass


class UnreachableError(DatabaseError):
    code = "E201"
    transient = True
    explanation = """No connection to the database server: the host name is not known, nothing listens on the port, or the
network did not answer in time. Check host and port of the URL, and that the server runs."""


class AuthenticationError(DatabaseError):
    code = "E202"
    explanation = """The server refused the user or the password. Check the URL, or the Secret it came from. The password
itself is never printed."""


class NoDatabaseError(DatabaseError):
    code = "E203"
    explanation = """The server answers, but has no database of that name. schemactl manages what is inside a database; create
the database itself first."""


class ReadOnlyError(DatabaseError):
    code = "E204"
    explanation = """The database takes no changes: it is a standby, or default_transaction_read_only is on. Reading and planning
work there; applying needs the primary."""


class PermissionError_(DatabaseError):
    code = "E205"
    explanation = """The user of the URL lacks a right that is needed. The message says what the server said. To apply a plan the
user must own the objects that it alters, and be allowed to create in their schemas."""


class ServerVersionError(DatabaseError):
    code = "E206"
    explanation = (
        """The server is older than the oldest version that schemactl knows, or of a kind that no dialect speaks."""
    )


class UnsupportedObjectsError(DatabaseError):
    code = "E207"
    explanation = """The live database holds objects, or options of objects, that this version of schemactl cannot hold
faithfully. They are refused by name: left unseen, a plan could break or drop them.

Exclude them (`--exclude 'public.name'`, or spec.exclude in a manifest), or limit the schemas (`--schema`)."""


class UrlError(DatabaseError):
    code = "E208"
    explanation = """The database URL cannot be read, or no dialect speaks its scheme. It looks like
postgresql://user:password@host:5432/database?sslmode=require"""


class NoFeatureError(DatabaseError):
    code = "E209"
    explanation = """The server was built without something that the schema uses: ICU collations, XML, a way of compressing. The
message says what. Use a server that has it, or leave it out of the schema."""


class PlanError(SchemactlError):
    """`plan` is the plan that the error is about, where there is one: a schemactl.plan.Plan."""

    plan: object = None


class RefusedError(PlanError):
    code = "E301"
    exit_code = 3
    explanation = """The plan has steps with hazards that the policy refuses, and nobody allowed them: without a policy, steps
that can lose data. Nothing was applied.

Read the plan. Then allow the hazards by name (`--allow DROPS_TABLE,DROPS_COLUMN`), approve exactly this plan
(`--approve-digest sha256:...`), or change the desired schema. What is refused is said per class of hazards under [policy]
in schemactl.toml; `schemactl explain data-loss` lists what a class holds."""


class NotApprovedError(PlanError):
    code = "E302"
    exit_code = 3
    explanation = """The plan was not approved: nobody answered yes, or there was no terminal to ask on. Nothing was applied.
In scripts, say `--auto-approve`.

Where the policy says `approve` for a hazard of the plan, neither that nor `--allow` is enough: read the plan, then approve
exactly this one with `--approve-digest sha256:...`, or answer yes at a terminal."""


class StalePlanError(PlanError):
    code = "E303"
    exit_code = 4
    explanation = """The database is no longer what it was when the plan was made, so the plan was not run. Plan again, and have
the new plan reviewed."""


class LockError(PlanError):
    code = "E304"
    exit_code = 5
    transient = True
    explanation = """A table stayed locked by other sessions for longer than the lock timeout, at each try. The message names the
sessions that hold it, where the server tells; "stands" says which steps are done. Nothing is left half done: run it again,
or raise --lock-timeout."""


class BusyError(LockError):
    code = "E310"
    explanation = """Another schemactl works on this database: a command line, an agent, a second operator. Nothing was changed:
wait until it has finished, and run again. The operator and the agent do so by themselves, and count no failed try.

Where the other schemactl is gone, killed perhaps, the server may still be at its last statement: the lock goes with it."""


class StepFailedError(PlanError):
    code = "E305"
    explanation = """The server rejected a step of the plan. The transaction of that step was rolled back; earlier transactions
stand. Mostly the data does not fit: a duplicate for a unique key, a NULL for NOT NULL, a value that cannot be cast.
Mend the data or the desired schema and run again: the next plan goes on from where the database stands."""


class ImpossibleError(PlanError):
    code = "E306"
    explanation = """The change cannot be made safely by this version of schemactl: the message says why, and what to write
instead."""


class PlanFileError(PlanError):
    code = "E307"
    explanation = """The plan file cannot be read: it is no plan, was written by another format version, or was altered after
its digest was taken."""


class InterruptedError_(PlanError):
    code = "E308"
    exit_code = 130
    explanation = """A signal stopped the run: the first after the step in hand, a second one in the midst of it. "stands" says which
steps are done, and which were rolled back; run again to go on."""


class RowsError(PlanError):
    code = "E309"
    explanation = """The rows of a table do not suit a step of the plan: a NULL for NOT NULL, a duplicate for a unique key, a value
that is too long or too large, a reference to a row that is not there. They were counted before the first step, so nothing
was changed.

Mend the rows, or change the desired schema, and run again. The plan file has the query that counted them
(`schemactl plan --format json`, under "checks"); its WHERE finds the rows."""


class RefutedError(PlanError):
    code = "E315"
    exit_code = 3
    explanation = """The plan was run on a dev database that was made equal to the live one, and it failed there, or did not lead to
the desired schema. The message names the step, or what differs. Nothing was changed on the target.

That is a bug of schemactl, or the plan is not the one that was made: please report it, with the two schemas. Until then,
write the change in two smaller ones, or carry it out by hand."""


class NotProvedError(PlanError):
    code = "E316"
    exit_code = 3
    explanation = """A proof was asked for (`--prove`), and the plan could not be proved, which says nothing against it. Nothing was
applied. The message says what was in the way:

* no dev database fits: name one (`--dev-url docker://postgres/17`, a URL, or `scratch`);
* an extension or a role is not on the dev server: install it there, or take another one;
* what the schema rests on is out of scope (`--schema`, `--exclude`), so that it cannot be made anew by itself;
* the plan file carries no proof, or one of another plan: make it anew with `schemactl plan --prove --out FILE`."""


class ResourceError(SchemactlError):
    pass


class ManifestError(ResourceError):
    code = "E401"
    explanation = """A manifest is not what it should be: not YAML, a kind that is not managed here, an unknown field, or a value
of the wrong type. The message gives the path of the field."""


class MissingReferenceError(ResourceError):
    code = "E402"
    explanation = """A manifest refers to a Secret or ConfigMap, or to a key in one, that is not there."""


class UnsupportedFieldError(ResourceError):
    code = "E403"
    explanation = """The manifest uses a field of the Atlas operator that schemactl takes but cannot act on. Acting as if it were
not there could do harm, so the resource is refused."""


class NoManifestError(ResourceError):
    code = "E404"
    explanation = """The directory given to the agent does not exist or holds no AtlasSchema."""


class ClusterError(ResourceError):
    code = "E405"
    transient = True
    explanation = """The API server of the Kubernetes cluster cannot be reached or does not do what is asked of it.

Look at the kubeconfig (KUBECONFIG) and at what the user may do: deploy/cluster/rbac.yaml is what the operator needs. `kubectl
auth can-i --list` tells what is granted."""


class PlatformError(SchemactlError):
    code = "E501"
    explanation = """GitHub, GitLab or Gitea did not answer, or not as it should. The review itself was made: it is printed, and
saved where --output says. The token needs the right to read the change, to write comments on it, and to set the status of a
commit: on GitHub `permissions: {pull-requests: write, statuses: write}` in the workflow, on GitLab the scope `api`. A
workflow on a fork has no such token: make the review there with --output."""


class UsageError(SchemactlError):
    code = "E901"
    exit_code = 64
    explanation = """The command line is wrong: an unknown command or option, or options that exclude each other."""


class InternalError(SchemactlError):
    code = "E999"
    explanation = """schemactl came upon something it did not expect. That is a bug: please report it with the command and the
message. `--debug` prints where it happened."""


def catalogue() -> dict[str, type[SchemactlError]]:
    """All errors that have a code, by code."""
    found: dict[str, type[SchemactlError]] = {}
    queue: list[type[SchemactlError]] = [SchemactlError]
    while queue:
        cls = queue.pop()
        queue.extend(cls.__subclasses__())
        if "code" in cls.__dict__ and cls.code != "E000":
            found[cls.code] = cls
    return dict(sorted(found.items()))
