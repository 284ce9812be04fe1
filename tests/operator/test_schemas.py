"""What a `schema.url` may name in a cluster: what the operator's own options say, and nothing beside."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemactl.errors import SourceNotFoundError, UnsupportedFieldError
from schemactl.operator.schemas import Schemas, require_known


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.sql").write_text("SELECT 1;")
    (tmp_path / "in-not").mkdir()
    (tmp_path / "in-not" / "b.sql").write_text("SELECT 2;")
    (tmp_path / "in" / "link.sql").symlink_to(tmp_path / "in-not" / "b.sql")
    return tmp_path


def test_files_below_a_directory(tree: Path) -> None:
    schemas = Schemas((f"file://{tree}/in",), tree / "home")
    assert [it.text for it in schemas(f"file://{tree}/in/a.sql")] == ["SELECT 1;"]
    with pytest.raises(SourceNotFoundError):
        schemas(f"file://{tree}/in/none.sql")
    for path in ("in-not/b.sql", "in/../in-not/b.sql", "in/%2e%2e/in-not/b.sql", "in/link.sql"):
        with pytest.raises(UnsupportedFieldError):
            schemas(f"file://{tree}/{path}")
    with pytest.raises(UnsupportedFieldError):
        schemas("file://a.sql")


@pytest.mark.parametrize(
    "url",
    [
        "https://good.test.evil/a.sql#sha256=0",
        "https://good.test/sql/../a.sql",
        "https://good.test/sql/%2e%2e/a.sql",
        "https://good.test/sql/..%5c/a.sql",
        "http://good.test/sql/a.sql",
        "https://good.test@evil.test/sql/a.sql",
        "git+https://good.test/other.git//a.sql",
        "git+file:///etc//passwd",
        "atlas://schema",
        "nothing",
    ],
)
def test_what_begins_otherwise_is_not_asked_for(tmp_path: Path, url: str) -> None:
    schemas = Schemas(("https://good.test/sql", "git+https://good.test/mine.git"), tmp_path)
    with pytest.raises(UnsupportedFieldError, match="may not read"):
        schemas(url)


def test_nothing_is_read_where_nothing_is_allowed(tree: Path) -> None:
    with pytest.raises(UnsupportedFieldError, match="may not read"):
        Schemas((), tree)(f"file://{tree}/in/a.sql")


@pytest.mark.parametrize("prefix", ["/srv", "file://srv", "ftp://h/", "https://", "https://me:x@h/", "git+ext://h/"])
def test_what_is_no_prefix(prefix: str) -> None:
    with pytest.raises(ValueError, match="write file"):
        require_known(prefix)
