"""Words of the command line into texts: files, directories, standard input, commits."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from schemactl.errors import SourceNotFoundError, UrlError
from schemactl.sources import FileSource, GitSource, InlineSource, StdinSource, classify, load, read
from schemactl.urls import DatabaseUrl


def names(*words: str) -> list[str]:
    return [source.name for source in load(words)]


@pytest.mark.parametrize(
    ("word", "source"),
    [
        ("a.sql", FileSource(path=Path("a.sql"))),
        ("file://dir/a.sql", FileSource(path=Path("dir/a.sql"))),
        ("file:///abs/a%20b.sql", FileSource(path=Path("/abs/a b.sql"))),
        ("-", StdinSource()),
        ("git:main:db/schema.sql", GitSource(ref="main", path="db/schema.sql")),
        ("git:HEAD~1:", GitSource(ref="HEAD~1", path="")),
        ("postgres://h/d", DatabaseUrl.parse("postgresql://h/d")),
    ],
)
def test_what_a_word_means(word: str, source: object) -> None:
    assert classify(word) == source


def test_a_scheme_that_no_dialect_speaks() -> None:
    with pytest.raises(UrlError, match="'oracle'"):
        classify("oracle://h/d")


def test_sources_keep_the_order_given_and_a_directory_is_sorted(tmp_path: Path) -> None:
    for name in ("b.sql", "a/z.sql", "a.sql", "notes.txt", ".hidden.sql", "..data/a.sql"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"-- {name}")
    (tmp_path / "last.SQL").symlink_to("b.sql")
    found = names(str(tmp_path / "b.sql"), f"file://{tmp_path}")
    assert [name.removeprefix(f"{tmp_path}/") for name in found] == ["b.sql", "a/z.sql", "a.sql", "b.sql", "last.SQL"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("-- ü".encode())))
    assert [(s.name, s.text) for s in load(["-"])] == [("<stdin>", "-- ü")]


def test_inline_text_keeps_the_name_of_its_place() -> None:
    assert read(InlineSource(name="app.yaml spec.schema.sql", text="x"))[0].name == "app.yaml spec.schema.sql"


def test_an_empty_file_is_an_empty_schema_and_a_byte_order_mark_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(b"")
    (tmp_path / "b.sql").write_bytes(b"\xef\xbb\xbf--")
    assert [s.text for s in load([str(tmp_path)])] == ["", "--"]


def test_missing_and_empty_sources_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match=r"no file or directory .*nothing\.sql"):
        names(str(tmp_path / "nothing.sql"))
    with pytest.raises(SourceNotFoundError, match=r"holds no \.sql file"):
        names(str(tmp_path))
    with pytest.raises(SourceNotFoundError, match=r"is a database") as caught:
        names("postgres://me:S3cret@h/d")
    assert "S3cret" not in str(caught.value)


def test_text_that_is_not_utf8_has_a_place(tmp_path: Path) -> None:
    file = tmp_path / "a.sql"
    file.write_bytes("-- ü\nCREATE é".encode() + b"\xe9 x\n")
    with pytest.raises(SourceNotFoundError, match="byte 0xe9 at offset 15") as caught:
        names(str(file))
    place = caught.value.place
    assert place
    assert (place.line, place.column, place.excerpt) == (2, 9, "CREATE é� x")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in (("db/b.sql", "old b"), ("db/a/c.sql", "old c"), ("db/x.txt", "no"), ("é.sql", "root")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "one"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    (tmp_path / "db/b.sql").write_text("new b")
    monkeypatch.chdir(tmp_path / "db")
    return tmp_path


@pytest.mark.usefixtures("repository")
def test_a_file_and_a_directory_of_a_commit() -> None:
    assert [(s.name, s.text) for s in load(["git:HEAD:db/b.sql"])] == [("git:HEAD:db/b.sql", "old b")]
    assert [(s.name, s.text) for s in load(["git:HEAD:db"])] == [
        ("git:HEAD:db/a/c.sql", "old c"),
        ("git:HEAD:db/b.sql", "old b"),
    ]
    assert names("git:HEAD:")[-1] == "git:HEAD:é.sql"


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("word", ["git:nowhere:db", "git:HEAD:none.sql", "git:--help:x", "git:HEAD", "git::x"])
def test_what_git_does_not_have(word: str) -> None:
    with pytest.raises(SourceNotFoundError):
        names(word)
