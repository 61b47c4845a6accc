"""The workspace is found from any folder inside it, and says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilotlab.errors import NotFound, PilotlabError, UsageError
from pilotlab.workspace import Folders, actor


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pilotlab.toml").write_text('name = "Acme"\n')
    for pilot in ("anchor-days", "four-days"):
        (tmp_path / "experiments" / pilot).mkdir(parents=True)
        (tmp_path / "experiments" / pilot / "pilot.yaml").write_text("question: x\n")
    return tmp_path


def test_it_is_found_from_a_folder_below(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "experiments" / "anchor-days")
    folders = Folders.find()
    assert folders.root == root.resolve()
    assert folders.pilots() == ("anchor-days", "four-days")
    assert folders.shown(folders.pilot_file("four-days")) == "experiments/four-days/pilot.yaml"


def test_the_environment_names_workspace_database_and_actor(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILOTLAB_WORKSPACE", str(root))
    monkeypatch.setenv("PILOTLAB_DB", str(tmp_path / "other.db"))
    monkeypatch.setenv("PILOTLAB_ACTOR", "jlee")
    assert Folders.find().database == tmp_path / "other.db"
    assert (actor(), actor("mina")) == ("jlee", "mina")


def test_a_pilot_that_is_not_there_gets_the_nearest_name(root: Path) -> None:
    with pytest.raises(NotFound, match="did you mean 'anchor-days'"):
        Folders.find(root).pilot_file("anchr-days")
    with pytest.raises(NotFound, match="no pilot"):
        Folders.find(root).pilot_file("../anchor-days")


def test_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="pilotlab init"):
        Folders.find(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"), [("name = [", "not valid TOML"), ('nam = "x"', "did you mean 'name'"), ("\ufeff", None)]
)
def test_a_bad_settings_file_is_named(root: Path, text: str, says: str | None) -> None:
    (root / "pilotlab.toml").write_text(text, encoding="utf-8")
    if says is None:
        assert Folders.find(root).root == root
        return
    with pytest.raises(PilotlabError, match=says):
        Folders.find(root)


def test_a_project_may_be_its_own_workspace(root: Path) -> None:
    (root / "pilotlab.toml").unlink()
    (root / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.pilotlab]\nname = "Acme"\n')
    assert Folders.find(root / "experiments").name == "Acme"
    (root / "pyproject.toml").write_text('[project]\nname = "x"\n')
    with pytest.raises(NotFound):
        Folders.find(root)


@pytest.mark.parametrize(
    ("named", "says"),
    [
        (":memory:", "keeps nothing"),
        ("file:x?mode=memory", "keeps nothing"),
        ("pilots.db", "another file in every folder"),
        ("~/pilots.db", "another file in every folder"),
    ],
)
def test_the_environment_names_a_file_that_every_folder_finds_again(
    root: Path, monkeypatch: pytest.MonkeyPatch, named: str, says: str
) -> None:
    monkeypatch.setenv("PILOTLAB_DB", named)
    with pytest.raises(UsageError, match=says):
        _ = Folders.find(root).database


@pytest.mark.parametrize(
    "named", [":memory:", "../pilots.db", "/srv/pilots.db", "out/pilots.db", "data/pilots.db", ""]
)
def test_the_database_of_the_settings_stays_inside(
    root: Path, tmp_path_factory: pytest.TempPathFactory, named: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (root / "out").symlink_to(elsewhere)
    (root / "data").mkdir()
    (root / "data" / "pilots.db").symlink_to(elsewhere / "pilots.db")
    (root / "pilotlab.toml").write_text(f"database = {named!r}\n")
    with pytest.raises(
        PilotlabError, match=r"leads out of the workspace|keeps nothing|no name of a file"
    ) as caught:
        _ = Folders.find(root).database
    assert "pilotlab.toml" in str(caught.value)


def test_shared_is_true_or_false(root: Path) -> None:
    assert not Folders.find(root).shared
    (root / "pilotlab.toml").write_text("shared = true\n")
    assert Folders.find(root).shared
    (root / "pilotlab.toml").write_text('shared = "yes"\n')
    with pytest.raises(PilotlabError, match="neither true nor false"):
        Folders.find(root)
