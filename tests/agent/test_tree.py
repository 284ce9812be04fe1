"""Which manifests a directory holds, while its files come, change and break."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemactl.agent.references import TreeReferences, variable
from schemactl.agent.tree import Tree
from schemactl.errors import NoManifestError

APP = "apiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\nmetadata: {name: NAME}\n---\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {url: from-tree}\n---\n"


def app(name: str) -> str:
    return APP.replace("NAME", name)


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    source = tmp_path / "a.yaml"
    source.write_text(app("one"))
    tree = Tree(tmp_path)
    assert tree.changed()
    assert not tree.changed()
    source.write_text(app("one") + app("two"))
    assert tree.changed()
    assert list(tree.snapshot().entries) == ["default/one", "default/two"]
    source.unlink()
    assert tree.changed()
    assert tree.snapshot().entries == {}


def test_broken_file_keeps_the_names_of_what_it_held(tmp_path: Path) -> None:
    source = tmp_path / "a.yaml"
    source.write_text(app("one") + app("two"))
    tree = Tree(tmp_path)
    tree.changed()
    tree.snapshot()
    for broken in ("a: [", "b: ["):
        source.write_text(broken)
        assert tree.changed()
        entries = tree.snapshot().entries
        assert list(entries) == ["default/one", "default/two"]
        assert all(entry.error is not None for entry in entries.values())
    source.write_text(app("two"))
    assert tree.changed()
    assert [(e.name, e.error) for e in tree.snapshot().entries.values()] == [("default/two", None)]


def test_what_is_not_looked_at(tmp_path: Path) -> None:
    for hidden in (".git", "..data"):
        (tmp_path / hidden).mkdir()
        (tmp_path / hidden / "a.yaml").write_text(app("hidden"))
    (tmp_path / "notes.txt").write_text(app("text"))
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "link.yaml").symlink_to(tmp_path / ".git" / "a.yaml")
    tree = Tree(tmp_path)
    tree.changed()
    entries = tree.snapshot().entries
    assert list(entries) == [str(tmp_path / "binary.yml"), "default/hidden"]
    error = entries[str(tmp_path / "binary.yml")].error
    assert error is not None
    assert "not UTF-8" in error.message


def test_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Service\n")
    for root, message in ((tmp_path, "found were: Service"), (tmp_path / "no", "there is no directory")):
        tree = Tree(root)
        tree.changed()
        with pytest.raises(NoManifestError, match=message):
            tree.require_resource(tree.snapshot())


def test_environment_wins_over_the_tree(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SECRET)
    tree = Tree(tmp_path)
    tree.changed()
    snapshot = tree.snapshot()
    assert TreeReferences(snapshot, {}).secret("default", "s", "url") == "from-tree"
    assert TreeReferences(snapshot, {}).secret("other", "s", "url") is None
    assert TreeReferences(snapshot, {"SCHEMACTL_SECRET_S_URL": "env"}).secret("default", "s", "url") == "env"
    assert TreeReferences(snapshot, {"SCHEMACTL_CONFIGMAP_C_A_SQL": "env"}).config_map("x", "c", "a.sql") == "env"
    assert variable("SECRET", "postgres-credentials", "url") == "SCHEMACTL_SECRET_POSTGRES_CREDENTIALS_URL"


def test_secret_twice_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SECRET + SECRET)
    tree = Tree(tmp_path)
    tree.changed()
    (entry,) = tree.snapshot().entries.values()
    assert entry.error is not None
    assert "declared twice" in entry.error.message
