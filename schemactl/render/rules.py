"""The lint rules for people: one at a time, and all of them as docs/lint.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from schemactl.lint.rule import Rule, Severity

#: What the beginnings of codes stand for; those with SC are ours, the others are Atlas's.
FAMILIES = {
    "BC": "Programs that were not changed with it fail",
    "CD": "Constraints that go",
    "DS": "Data that is lost",
    "MF": "What the rows may not allow",
    "MY": "MySQL and MariaDB: what is copied, rebuilt or blocked",
    "NM": "Names",
    "PG1": "Postgres: indexes and how tables are laid out",
    "PG3": "Postgres: what is rewritten, scanned or locked",
    "SA": "Routines",
    "SC1": "More data that is lost",
    "SC2": "More that the rows may not allow",
    "SC3": "More that programs rest on",
    "SC4": "More constraints that go",
    "SC5": "Postgres: who may do what",
    "SC6": "New tables",
    "SC7": "Postgres: more that costs",
    "TX": "Transactions",
}

_HEAD = """# Lint rules

<!-- Made from the rules themselves: `python -m schemactl.render.rules` prints it. -->

`schemactl lint` looks at a plan and says what reviewers should know of it: what is lost, what may fail, what makes others
wait, what breaks programs. `schemactl plan` says it too. A rule says nothing of a table that the same plan makes, nor
of one that is small (`--small-table`) where what it warns of grows with the table. What a rule says of costs follows from
the hazards of the plan's steps, which are measured: it can say nothing that the plan does not.

Codes that Atlas has mean here what they mean there; those that begin with SC are ours. In `schemactl.toml`:

```toml
[lint]
PG301 = "error"        # or "warn", "off"; for an error `schemactl lint` exits with 3, with --fail-on warn for a warning too
MY = "off"             # all codes that begin so; of several that fit, the longest prevails

[lint.naming]          # regular expressions for the whole name of what is new
table = "[a-z][a-z0-9_]*"

[env.prod.lint]        # key by key, it wins over [lint]
all = "error"
```

In the desired SQL, a comment silences rules, or all where it names none:

```sql
-- schemactl:nolint DS103 MF
CREATE TABLE t (               -- for all of the statement below it, and for what the table no longer has
    id bigint,                 -- schemactl:nolint PG301
    name text NOT NULL
);
```

Behind something it is for its own line, above a line within a statement for that line, and among the comments at the top of
a file that an empty line ends, for the whole file. `-- atlas:nolint` is read as well. A table that is dropped stands nowhere
in the desired SQL: what is said of it can be silenced in the settings only.
"""


def explained(rule: Rule) -> str:
    """One rule, as `schemactl explain` prints it."""
    default = (
        "It is off unless the settings turn it on." if rule.severity is Severity.OFF else f"Default: {rule.severity}."
    )
    example = "\n".join(f"    {line}" for line in rule.example.split("\n"))
    return f"{rule.code}: reports that {rule.title}\n\n{rule.why}\n\nExample:\n{example}\n\nInstead: {rule.instead}\n\n{default}\n"


def reference(rules: Mapping[str, Rule]) -> str:
    """All rules as Markdown, by family."""
    return "\n".join(_reference(rules))


def _reference(rules: Mapping[str, Rule]) -> Iterator[str]:
    yield _HEAD
    for start, title in FAMILIES.items():
        own = [rule for code, rule in rules.items() if code.startswith(start)]
        yield f"## {title}\n"
        for rule in own:
            yield f"### {rule.code}: {rule.title}\n"
            yield f"{rule.why}\n"
            yield f"```sql\n{rule.example}\n```\n"
            yield f"Instead: {rule.instead}. Default: {rule.severity}.\n"


if __name__ == "__main__":
    from schemactl.lint.registry import catalogue

    print(reference(catalogue()), end="")
