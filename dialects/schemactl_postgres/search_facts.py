"""The text search configurations that the server brings: what a copy of one maps.

From pg_ts_config_map of Postgres 14 to 18, which all map the same kinds of token of the default parser.
"""

from __future__ import annotations

from schemactl_postgres.defined import MAPPING

_LANGUAGES = frozenset(
    """
    arabic armenian basque catalan danish dutch english estonian finnish french german greek hindi hungarian indonesian
    irish italian lithuanian nepali norwegian portuguese romanian russian serbian spanish swedish tamil turkish yiddish
    """.split()
)
#: Languages in another script, whose words in ASCII are taken for English.
_BESIDE_ENGLISH = frozenset({"hindi", "russian"})
_ASCII = ("asciihword", "asciiword", "hword_asciipart")
_WORDS = ("hword", "hword_part", "word")
_SIMPLE = (
    *("email", "file", "float", "host", "hword_numpart", "int", "numhword", "numword", "sfloat", "uint", "url"),
    *("url_path", "version"),
)


def server_configuration(name: str) -> dict[str, str] | None:
    """The properties of one of the server's own; None where it has none of that name."""
    if name != "simple" and name not in _LANGUAGES:
        return None
    stem = "simple" if name == "simple" else f"{name}_stem"
    ascii_ = "english_stem" if name in _BESIDE_ENGLISH else stem
    found = dict.fromkeys(_SIMPLE, "simple") | dict.fromkeys(_ASCII, ascii_) | dict.fromkeys(_WORDS, stem)
    return {"parser": 'pg_catalog."default"'} | {MAPPING + k: f"pg_catalog.{v}" for k, v in found.items()}
