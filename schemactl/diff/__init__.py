"""Two catalogs into changes."""

from schemactl.diff.access import left_alone, with_unstated_access
from schemactl.diff.compare import diff_catalogs
from schemactl.diff.frame import framed, with_live_extensions
from schemactl.diff.kept import with_foundations
from schemactl.diff.likely import likely_renames
from schemactl.diff.names import adopt_names
from schemactl.diff.publications import with_publications_of_others
from schemactl.diff.renames import with_renames, with_renames_undone, with_told_renames
from schemactl.diff.scope import Scope, within
from schemactl.diff.skip import SKIPPED, without_changes
from schemactl.diff.whole import made_whole

__all__ = [
    "SKIPPED",
    "Scope",
    "adopt_names",
    "diff_catalogs",
    "framed",
    "left_alone",
    "likely_renames",
    "made_whole",
    "with_foundations",
    "with_live_extensions",
    "with_publications_of_others",
    "with_renames",
    "with_renames_undone",
    "with_told_renames",
    "with_unstated_access",
    "within",
    "without_changes",
]
