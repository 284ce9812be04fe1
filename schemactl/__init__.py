"""schemactl keeps databases equal to the schema that a team commits to Git."""

__version__ = "0.1.0"
