"""Files of another repository, and files over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemactl.errors import SourceNotFoundError
from schemactl.sources import Repository, fetch, read
from tests.support.elsewhere import git, served

SQL = b"CREATE TABLE t (id integer);\n"
DIGEST = hashlib.sha256(SQL).hexdigest()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served({"/schema.sql": SQL}, moved={"/moved.sql": "/schema.sql"}) as url:
        yield url


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits of a schema; `old` names the first."""
    top = tmp_path / "repository"
    (top / "db" / "more").mkdir(parents=True)
    git(top, "init", "-q", "-b", "main")
    for text in ("CREATE TABLE a (i integer);", "CREATE TABLE b (i integer);"):
        (top / "db" / "a.sql").write_text(text)
        (top / "db" / "more" / "b.sql").write_text("SELECT 1;")
        git(top, "add", ".")
        git(top, "commit", "-q", "-m", text)
        if "TABLE a" in text:
            git(top, "tag", "old")
    return top


def test_a_file_is_what_its_digest_says(site: str) -> None:
    found = fetch(f"{site}/schema.sql#sha256={DIGEST}")
    assert (found.text, found.name) == (SQL.decode(), f"{site}/schema.sql")


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("/schema.sql", "named without a digest"),
        ("/schema.sql#sha256=abc", "named without a digest"),
        ("/schema.sql#sha256=" + "0" * 64, "is not what its digest says"),
        (f"/none.sql#sha256={DIGEST}", "HTTP 404"),
        (f"/moved.sql#sha256={DIGEST}", "HTTP 302"),
    ],
)
def test_any_other_is_refused(site: str, rest: str, why: str) -> None:
    with pytest.raises(SourceNotFoundError, match=why) as caught:
        fetch(site + rest)
    assert DIGEST not in str(caught.value), "not even its digest is told of"


def test_nobody_listens_and_no_user_is_told() -> None:
    with pytest.raises(SourceNotFoundError, match="ConnectError"):
        fetch(f"http://127.0.0.1:1/schema.sql#sha256={DIGEST}")
    with pytest.raises(SourceNotFoundError, match="holds a user") as caught:
        fetch(f"http://me:hidden@127.0.0.1:1/schema.sql#sha256={DIGEST}")
    assert "hidden" not in str(caught.value) + str(caught.value.hint)


def test_a_commit_of_a_repository(repository: Path, tmp_path: Path) -> None:
    def texts(rest: str) -> list[str]:
        return [it.text for it in read(Repository.parse(f"git+file://{repository}//{rest}").fetched(tmp_path / "home"))]

    assert texts("db/a.sql") == ["CREATE TABLE b (i integer);"]
    assert texts("db/a.sql?ref=old") == ["CREATE TABLE a (i integer);"]
    assert texts("db?ref=main") == ["CREATE TABLE b (i integer);", "SELECT 1;"]
    (repository / "db" / "a.sql").write_text("CREATE TABLE c (i integer);")
    git(repository, "commit", "-q", "-a", "--amend", "-m", "another")
    assert texts("db/a.sql?ref=main") == ["CREATE TABLE c (i integer);"], "a branch that was put elsewhere"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("git+file://{top}//db/none.sql", "cannot read"),
        ("git+file://{top}//db?ref=none", "cannot be fetched"),
        ("git+file://{top}//db?ref=--upload-pack=x", "no name of a commit"),
        ("git+file://{top}", "names no file of a repository"),
        ("git+file://{top}//db?branch=x", "names no file of a repository"),
        ("git+ext://sh/x//db", "names no file of a repository"),
        ("git+https://me:hidden@host/r.git//db", "holds a user"),
        ("git+file:///nowhere//db", "cannot be fetched"),
    ],
)
def test_what_is_no_file_of_a_repository(repository: Path, tmp_path: Path, url: str, why: str) -> None:
    with pytest.raises(SourceNotFoundError, match=why) as caught:
        read(Repository.parse(url.format(top=repository)).fetched(tmp_path / "home"))
    assert "hidden" not in str(caught.value)
