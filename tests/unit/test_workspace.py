"""The workspace is found from any folder inside it, and says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilotlab.errors import NotFound, PilotlabError
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
