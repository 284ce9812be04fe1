"""Comments that say something to schemactl, by what they begin with."""

#: What begins a comment, as a regular expression: `#` does in MySQL alone.
BEGINS = r"(?:--|\#|/\*)[ \t]*"
#: It names lint rules that say nothing of what follows: read by the linter, and no hint of a reader's.
LINT = "schemactl:nolint"
