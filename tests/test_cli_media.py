"""`visgenenv media`: what it prints, what it writes, and the one line it says to bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from visgenenv import MediaDB
from visgenenv.cli import main

Capture = pytest.CaptureFixture[str]


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["media", *(str(argument) for argument in arguments)])
    assert isinstance(stop.value.code, int)
    return stop.value.code


def refused(capsys: Capture, *arguments: object) -> str:
    """Run a command that must refuse its input; return its one line."""
    assert run(*arguments) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1, said
    assert said[0].startswith("visgenenv: ")
    return said[0]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "beach").mkdir(parents=True)
    Image.new("RGB", (160, 90), "red").save(folder / "red fox.jpg")
    Image.new("RGB", (90, 160), "blue").save(folder / "beach" / "小狗.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nxx")
    return folder


@pytest.mark.parametrize("command", ["add", "list", "check", "remove"])
def test_every_command_explains_itself_with_an_example(command: str, capsys: Capture) -> None:
    assert run(command, "--help") == 0
    assert f"Example: visgenenv media {command}" in capsys.readouterr().out


def test_add_says_what_came_in_and_what_was_left_out(photos: Path, tmp_path: Path, capsys: Capture) -> None:
    assert run("add", photos, "--db", tmp_path / "db", "--tags", "holidays,海边") == 0
    said = capsys.readouterr().out
    assert "2 entries, 2 new, 0 unchanged, 0 gone, 1 left out" in said
    assert "- broken.png: " in said
    assert "VisGenEnv(media=MediaDB(" in said
    entry = MediaDB(tmp_path / "db").draw("image", 16, 9, words=("holidays", "beach", "fox"), least=3)
    assert entry is not None
    assert Path(entry.path).name == "red fox.jpg"


def test_add_again_for_a_program(photos: Path, tmp_path: Path, capsys: Capture) -> None:
    assert run("add", photos, "--db", tmp_path / "db") == 0
    capsys.readouterr()
    assert run("add", photos, "--db", tmp_path / "db", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in ("db", "folder", "entries", "added", "unchanged", "removed")} == {
        "db": str(tmp_path / "db"), "folder": str(photos), "entries": 2, "added": 0, "unchanged": 3, "removed": 0,
    }  # fmt: skip
    assert [one["name"] for one in told["left_out"]] == ["broken.png"]


def test_list_finds_by_kind_and_words_in_both_languages(photos: Path, tmp_path: Path, capsys: Capture) -> None:
    run("add", photos, "--db", tmp_path / "db")
    capsys.readouterr()
    assert run("list", "--db", tmp_path / "db", "--words", "狐狸", "--json") == 0
    (entry,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (entry["path"], entry["width"], entry["words"]) == (str(photos / "red fox.jpg"), 160, ["fox", "red"])
    assert run("list", "--db", tmp_path / "db", "--kind", "image", "--limit", "1") == 0
    assert "2 image (the first 1)" in capsys.readouterr().out
    assert run("list", "--db", tmp_path / "db", "--kind", "audio", "--json") == 0
    assert not capsys.readouterr().out
    assert run("list", "--db", tmp_path / "db", "--left-out", "--json") == 0
    assert json.loads(capsys.readouterr().out)["name"] == str(photos / "broken.png")


def test_check_ends_with_1_if_a_file_is_gone(photos: Path, tmp_path: Path, capsys: Capture) -> None:
    run("add", photos, "--db", tmp_path / "db")
    assert run("check", "--db", tmp_path / "db", "--deep") == 0
    (photos / "red fox.jpg").unlink()
    capsys.readouterr()
    assert run("check", "--db", tmp_path / "db", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == [{"name": str(photos / "red fox.jpg"), "reason": "gone since it was added"}]


def test_remove_forgets_and_deletes_nothing(photos: Path, tmp_path: Path, capsys: Capture) -> None:
    run("add", photos, "--db", tmp_path / "db")
    assert run("remove", photos / "beach", "--db", tmp_path / "db") == 0
    assert "1 entries forgotten; 1 are left." in capsys.readouterr().out
    assert (photos / "beach" / "小狗.png").exists()
    assert "nothing of it is in the database" in refused(capsys, "remove", tmp_path / "x", "--db", tmp_path / "db")


def test_bad_input_gets_one_line(photos: Path, tmp_path: Path, capsys: Capture) -> None:
    assert "no such folder" in refused(capsys, "add", tmp_path / "none", "--db", tmp_path / "db")
    assert "not a folder" in refused(capsys, "add", photos / "red fox.jpg", "--db", tmp_path / "db")
    assert "a media database is a folder" in refused(capsys, "list", "--db", photos / "red fox.jpg")
    assert "no media database in" in refused(capsys, "list", "--db", tmp_path / "none")
    assert "no media database in" in refused(capsys, "check", "--db", tmp_path / "none")
    assert "no media database in" in refused(capsys, "remove", photos, "--db", tmp_path / "none")
    run("add", photos, "--db", tmp_path / "db")
    capsys.readouterr()
    assert "did you mean 'image'?" in refused(capsys, "list", "--db", tmp_path / "db", "--kind", "imag")
    assert not (tmp_path / "none").exists()


def test_the_environment_variable_names_the_database(
    photos: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISGENENV_MEDIA", str(tmp_path / "mine"))
    assert run("add", photos) == 0
    assert MediaDB(tmp_path / "mine").count("image") == 2


def test_it_runs_outside_a_test_with_many_files(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    Image.new("RGB", (32, 32), "red").save(tmp_path / "base.png")
    base = (tmp_path / "base.png").read_bytes()
    for number in range(1700):
        (folder / f"{number}.png").write_bytes(base + number.to_bytes(4))
    command = [sys.executable, "-W", "error", "-c", "from visgenenv.cli import main; main()", "media", "add", folder]
    done = subprocess.run(
        [*map(str, command), "--db", str(tmp_path / "db"), "--workers", "2", "--json"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["entries"] == 1700
