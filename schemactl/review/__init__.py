"""Reviews of changes: what merging one would do to databases, as a comment that edits itself."""
