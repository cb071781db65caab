"""The media database as a sampler: what is drawn, from which arrays, the same in every process; and what ships."""

from __future__ import annotations

import csv
import pickle
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import orjson
import pytest
from PIL import Image

from visgenenv import MediaDB
from visgenenv.errors import MediaError
from visgenenv.media.database import default_path
from visgenenv.media.library.arrays import Columns, build, load, save, word_key
from visgenenv.media.library.entry import Entry
from visgenenv.media.library.sampler import Sampler
from visgenenv.media.library.words import all_words, read_sidecar, words_of, words_of_name
from visgenenv.testing import check_media

MEDIA_DB = Path(__file__).parent.parent / "media_db"


def picture(path: Path, width: int, height: int, colour: tuple[int, int, int] = (200, 90, 10)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), colour).save(path)
    return path


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> MediaDB:
    """Pictures of three shapes and three subjects in three colours."""
    folder = tmp_path_factory.mktemp("own")
    for number, (subject, size) in enumerate(
        (subject, size) for subject in ("fox", "dog", "cat") for size in ((640, 360), (360, 640), (400, 400))
    ):
        for shade, colour in enumerate(("red", "blue")):
            picture(folder / "files" / f"{colour}-{subject}-{number}.png", *size, (number * 20, 9, 100 * shade))
    base = MediaDB(folder / "db")
    base.add(folder / "files")
    return base


def drawn(media: MediaDB, *arguments: object, **named: object) -> Entry:
    entry = media.draw(*arguments, **named)  # type: ignore[arg-type]
    assert entry is not None
    return entry


@pytest.mark.parametrize(
    ("size", "nearest"), [((1920, 1080), (640, 360)), ((9, 16), (360, 640)), ((50, 51), (400, 400))]
)
def test_the_nearest_shape_is_drawn(media: MediaDB, size: tuple[int, int], nearest: tuple[int, int]) -> None:
    for step in range(20):
        entry = drawn(media, "image", *size, u=step / 20)
        assert (entry.width, entry.height) == nearest


def test_u_reaches_every_entry_of_a_shape(media: MediaDB) -> None:
    assert len({drawn(media, "image", 16, 9, u=step / 100).path for step in range(100)}) == 6


def test_the_nearest_length_is_drawn() -> None:
    lengths = np.log2(np.array([2.0, 5.0, 10.0, 60.0]))
    nothing = np.zeros(0, np.int64)
    arrays = build(
        Columns(np.arange(4), np.ones(4, np.uint8), np.zeros(4), lengths, np.arange(4), nothing, nothing.astype("u8"))
    )
    sampler = Sampler(arrays)
    assert [sampler.draw(1, 1.0, seconds, (), 0.5) for seconds in (1.5, 5.5, 9.0, 200.0)] == [0, 1, 2, 3]
    assert sampler.draw(0, 1.0, 5.0, (), 0.5) is None
    assert sampler.draw(2, 0.0, 5.0, (), 0.5) is None


def test_words_go_before_shape(media: MediaDB) -> None:
    entry = drawn(media, "image", 1000, 1000, words="a red fox", u=0.1)
    assert {"fox", "red"} <= set(entry.words)
    assert (entry.width, entry.height) == (400, 400)
    assert "cat" in drawn(media, "image", 1000, 1000, words="一只猫", u=0.9).words


def test_words_that_nothing_has_draw_nothing(media: MediaDB) -> None:
    assert media.draw("image", 16, 9, words="a submarine") is None
    assert media.draw("image", 16, 9, words="a red submarine") is None, "the colour alone is no match"
    assert media.draw("image", 16, 9, words="the of") is None
    assert "red" in drawn(media, "image", 16, 9, words=("red",)).words
    assert media.draw("video", 16, 9) is None


def test_least_asks_for_so_many_words_together(media: MediaDB) -> None:
    assert media.draw("image", 16, 9, words=("fox", "dog"), least=2) is None
    assert {"fox", "blue"} <= set(drawn(media, "image", 16, 9, words=("fox", "blue", "zebra"), least=2).words)


def test_equal_libraries_draw_equal_contents_wherever_they_lie(tmp_path: Path, media: MediaDB) -> None:
    here = tmp_path / "elsewhere"
    for entry in sorted(media.entries(), key=lambda one: one.path, reverse=True):
        target = here / Path(entry.path).name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(Path(entry.path).read_bytes())
    other = MediaDB(tmp_path / "db")
    other.add(here)
    for step in range(30):
        mine, theirs = drawn(media, "image", 4, 3, u=step / 30), drawn(other, "image", 4, 3, u=step / 30)
        assert mine.fingerprint == theirs.fingerprint
        assert mine.path != theirs.path


def test_a_database_is_small_to_make_and_travels(media: MediaDB) -> None:
    assert len(pickle.dumps(media)) < 500
    assert pickle.loads(pickle.dumps(media)) == media
    assert MediaDB("nowhere").path == "nowhere", "making one touches no disk"
    code = "import pickle, sys; db = pickle.load(sys.stdin.buffer); print(db.draw('image', 16, 9, u=0.3).fingerprint)"
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(media), capture_output=True, check=True)
    assert done.stdout.decode().strip() == drawn(media, "image", 16, 9, u=0.3).fingerprint


def test_a_forked_process_opens_its_own(media: MediaDB) -> None:
    expected = drawn(media, "image", 16, 9, u=0.3)
    code = """
import os, pickle, sys
db = pickle.load(sys.stdin.buffer)
first = db.draw("image", 16, 9, u=0.3)
child = os.fork()
if child == 0:
    os._exit(0 if db.draw("image", 16, 9, u=0.3) == first else 7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), first.fingerprint)"""
    if not hasattr(__import__("os"), "fork"):
        pytest.skip("no fork here")
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(media), capture_output=True, check=True)
    assert done.stdout.decode().split() == ["0", expected.fingerprint]


def test_a_missing_database_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="visgenenv media add DIR --db"):
        MediaDB(tmp_path / "none").draw("image", 16, 9)
    (tmp_path / "library.sqlite").write_bytes(b"this is not a database at all, only text that is long enough" * 40)
    with pytest.raises(MediaError, match="not a media database"):
        MediaDB(tmp_path).draw("image", 16, 9)


def test_match_is_prompt_or_random() -> None:
    assert MediaDB().match == "prompt"
    assert MediaDB(match="random").path is None
    with pytest.raises(ValueError, match="'prompt' or 'random'"):
        MediaDB(match="best")  # type: ignore[arg-type]


def test_what_was_removed_is_not_drawn_any_more(tmp_path: Path) -> None:
    gone, kept = picture(tmp_path / "f" / "fox.png", 64, 64), picture(tmp_path / "f" / "dog.png", 64, 64, (1, 2, 3))
    media = MediaDB(tmp_path / "db")
    media.add(tmp_path / "f")
    assert media.count() == 2
    code = "import sys; from visgenenv import MediaDB; print(MediaDB(sys.argv[1]).remove(sys.argv[2]))"
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "db", gone], capture_output=True, check=True)
    assert done.stdout.strip() == b"1", "another process removes it while this one has the database open"
    assert {drawn(media, "image", 1, 1, u=u).path for u in (0.1, 0.9)} == {str(kept)}


def test_arrays_are_remade_when_they_are_lost(tmp_path: Path, media: MediaDB) -> None:
    picture(tmp_path / "f" / "fox.png", 64, 64)
    own = MediaDB(tmp_path / "db")
    own.add(tmp_path / "f")
    version = own.version
    (arrays,) = (tmp_path / "db").glob("arrays-*")
    for path in arrays.iterdir():
        path.unlink()
    arrays.rmdir()
    code = "import sys; from visgenenv import MediaDB; db = MediaDB(sys.argv[1]); print(db.version, db.count())"
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "db"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [version, "1"]
    assert arrays.is_dir()


def test_a_draw_from_a_million_rows_takes_microseconds(tmp_path: Path) -> None:
    luck, count = np.random.default_rng(1), 1_000_000
    keys = np.array([word_key(f"word{number}") for number in range(50)], np.uint64)
    columns = Columns(
        np.arange(count),
        luck.integers(0, 3, count).astype(np.uint8),
        luck.normal(0, 0.5, count).astype(np.float32),
        luck.normal(3, 2, count).astype(np.float32),
        luck.integers(0, 1 << 60, count).astype(np.uint64),
        np.repeat(np.arange(count), 2),
        keys[luck.integers(0, 50, 2 * count)],
    )
    save(build(columns), tmp_path, "arrays-test")
    sampler = Sampler(load(tmp_path / "arrays-test"))
    taken = []
    for step in range(3000):
        words = ((), ("word1",), ("word2", "word3"), ("word4", "none"))[step % 4]
        started = time.thread_time_ns()
        assert sampler.draw(step % 2, 1.0 + step % 5 / 4, 5.0, words, step * 0.618 % 1.0) is not None
        taken.append(time.thread_time_ns() - started)
    assert sorted(taken)[len(taken) // 2] < 50_000, "nanoseconds"


def test_a_folder_that_cannot_be_written_can_be_drawn_from(tmp_path: Path) -> None:
    picture(tmp_path / "f" / "fox.png", 64, 64)
    media = MediaDB(tmp_path / "db")
    media.add(tmp_path / "f")
    (tmp_path / "db").chmod(0o555)
    try:
        code = "import sys; from visgenenv import MediaDB; print(MediaDB(sys.argv[1]).draw('image', 1, 1).words)"
        done = subprocess.run([sys.executable, "-c", code, tmp_path / "db"], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "('fox',)"
    finally:
        (tmp_path / "db").chmod(0o755)


def test_words_are_the_lexicons_in_both_languages() -> None:
    assert words_of("two red foxes near Alnwick") == ("fox", "red", "alnwick")
    assert words_of("雪地里的狐狸") == ("fox", "snow")
    assert words_of_name("Holidays/red-fox_in-the-snow (2).jpg") == ("fox", "snow", "red", "holidays")
    assert words_of_name("DCIM/IMG_20240101_1234.jpg") == ()
    assert words_of_name("MyRedFox.png")[:2] == ("fox", "red")


def test_sidecars_are_read() -> None:
    said = read_sidecar(
        ".json", orjson.dumps({"caption": {"en": "A dog", "zh": "狗"}, "tags": "sea，sun", "license": "CC0"})
    )
    assert (said.caption, said.tags, said.licence) == ("A dog 狗", ("sea", "sun"), "CC0")
    assert read_sidecar(".txt", "\ufeff一只 \x1b[31m猫\n".encode()).caption == "一只 [31m猫"
    assert all_words("x/cat.png", said, ["Felt Toys"])[:3] == ("felt", "toys", "felt toys")
    with pytest.raises(ValueError, match="not a JSON object"):
        read_sidecar(".json", b"[1]")


def test_the_default_folder_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISGENENV_MEDIA", "/somewhere")
    assert default_path() == "/somewhere"
    monkeypatch.delenv("VISGENENV_MEDIA")
    assert default_path().endswith("media")
    assert "visgenenv" in default_path()


def test_check_media_passes_what_is_sound_and_names_what_is_not(tmp_path: Path, media: MediaDB) -> None:
    check_media(media, deep=True)
    lost, changed = picture(tmp_path / "f" / "fox.png", 64, 64), picture(tmp_path / "f" / "dog.png", 80, 64)
    own = MediaDB(tmp_path / "db")
    own.add(tmp_path / "f")
    lost.unlink()
    picture(changed, 99, 99)
    with pytest.raises(MediaError, match=r"(?s)2 problem.*fox\.png: gone since.*dog\.png: changed since"):
        check_media(own)


def test_what_ships_is_sound_and_found_by_its_words() -> None:
    check_media(MediaDB(), deep=True)
    assert MediaDB().count("image") >= 20
    assert MediaDB().count("audio") >= 10
    assert Path(drawn(MediaDB(), "video", 16, 9, 8, words="一只兔子").path).name == "rabbit.mp4"
    assert Path(drawn(MediaDB(), "image", 3, 2, words="两只小狗").path).name == "dogs.webp"
    assert Path(drawn(MediaDB(), "audio", seconds=20, words="calm music").path).name == "calm.m4a"
    with pytest.raises(MediaError, match="cannot be changed"):
        MediaDB().remove("x")


def test_every_shipped_file_names_author_licence_and_origin() -> None:
    rows = list(csv.DictReader((MEDIA_DB / "ATTRIBUTION.csv").read_text("utf-8").splitlines()))
    named = {row["file"]: row for row in rows}
    assert len(named) == len(rows)
    listed = orjson.loads((MEDIA_DB / "index.json").read_bytes())["entries"]
    folders = {"photos", "clips", "sounds", "music"}
    there = {path.relative_to(MEDIA_DB).as_posix() for name in folders for path in (MEDIA_DB / name).iterdir()}
    assert there == {entry["file"] for entry in listed} == {name for name in named if name.split("/")[0] in folders}
    for entry in listed:
        row = named[entry["file"]]
        assert all(row.values()), row
        assert entry["licence"] == row["licence"]
        assert row["licence"] in ("CC0-1.0", "CC-BY-2.0", "CC-BY-3.0", "CC-BY-4.0", "Public domain", "MIT")
        assert entry["caption"]["en"].isascii()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in entry["caption"]["zh"])
        assert entry["tags"]


def test_the_starter_set_stays_small() -> None:
    assert sum(path.stat().st_size for path in MEDIA_DB.rglob("*") if path.is_file()) < 5_500_000
    for path in (MEDIA_DB / "photos").iterdir():
        with Image.open(path) as image:
            assert max(image.size) <= 1024
