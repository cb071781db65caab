"""The page on disk: it holds what happened, keeps what policies write as data, needs nothing from outside, keeps limits."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import msgspec
import pytest
from viewer_records import ATTACK, both, hostile_row, plays_of

from visgenenv.policies import ExpertPolicy
from visgenenv.rewards import score
from visgenenv.rollouts import rollout
from visgenenv.tasks import load_suite
from visgenenv.trace import from_json
from visgenenv.trajectory import Trajectory
from visgenenv.viewer import Play, page, write_page

BLOCK = re.compile(r'<script type="application/json" id="([a-z0-9-]+)">(.*?)</script>', re.DOTALL)


class Page:
    """A page as it is read: the list, and its episodes."""

    def __init__(self, path: Path):
        self.path = path
        self.html = path.read_text(encoding="utf-8")
        self.blocks = {found[1]: json.loads(found[2]) for found in BLOCK.finditer(self.html)}
        self.index: dict[str, Any] = self.blocks.pop("index")

    def episode(self, place: int) -> dict[str, Any]:
        found: dict[str, Any] = self.blocks[f"episode-{place}"]
        return found

    @property
    def links(self) -> list[str]:
        assets = [asset for one in self.blocks.values() for asset in one["assets"]]
        return [
            asset[part] for asset in assets for part in ("thumb", "still", "full", "film", "sound") if part in asset
        ]

    @property
    def files(self) -> list[Path]:
        return [self.path.parent / link for link in self.links]


@pytest.fixture(scope="module")
def records() -> list[Trajectory]:
    return both()[:5]


@pytest.fixture(scope="module")
def made(records: list[Trajectory], tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(write_page(plays_of(records, 1), tmp_path_factory.mktemp("page"), film_height=90))


def test_a_page_tells_every_query_turn_call_and_score(made: Page, records: list[Trajectory]) -> None:
    for place, record in enumerate(records):
        told = made.episode(place)
        assert told["query"] == record.task.query
        assert [turn["raw"] for turn in told["turns"]] == [step.text for step in record.steps]
        calls = [call for turn in told["turns"] for call in turn["calls"]]
        assert [call["tool"] for call in calls] == [entry.call.name for entry in record.ledger]
        errors = [entry.result.error.message if entry.result.error else None for entry in record.ledger]
        assert [call["error"] and call["error"]["message"] for call in calls] == errors
        reward = score(record)
        assert told["score"]["reward"] == reward.reward
        assert [part["reason"] for part in told["score"]["rows"]] == [one.partition(": ")[2] for one in reward.evidence]
        assert made.index["rows"]["marks"][place][0] == pytest.approx(reward.reward, abs=5e-5)


def test_the_list_counts_failures_by_whose_they_are(made: Page, records: list[Trajectory]) -> None:
    for place, record in enumerate(records):
        errors = [entry.result.error for entry in record.ledger if entry.result.error]
        assert made.index["rows"]["agent"][place] == sum(error.fault == "AGENT" for error in errors)
        assert made.index["rows"]["env"][place] == sum(error.fault == "ENV" for error in errors)
        assert made.index["rows"]["cost"][place] == pytest.approx(record.cost_usd, abs=1e-4)


def test_a_page_shows_every_asset_and_needs_nothing_from_outside(made: Page, records: list[Trajectory]) -> None:
    assert not [link for link in made.links if "://" in link or link.startswith("/") or ".." in link]
    assert all(file.is_file() and file.stat().st_size for file in made.files)
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", BLOCK.sub("", made.html))
    for place, record in enumerate(records):
        assert [asset["id"] for asset in made.episode(place)["assets"]] == [asset.id for asset in record.assets]


def test_the_published_query_is_shown_in_full_pictures_and_the_rest_in_previews(made: Page) -> None:
    assert all("full" in asset for asset in made.episode(0)["assets"] if asset["kind"] == "image")
    assert not any("full" in asset for asset in made.episode(1)["assets"])


def test_only_the_script_and_style_of_the_page_itself_may_run(made: Page) -> None:
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', made.html)
    (script,) = re.findall(r"<script>(.*?)</script>", made.html, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    rules = dict(rule.split(" ", 1) for rule in policy.replace("&#39;", "'").split("; "))
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert rules["default-src"] == rules["connect-src"] == rules["form-action"] == "'none'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy


def test_no_script_of_the_viewer_builds_markup_from_text() -> None:
    folder = Path(page.__file__).parent / "templates"
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|DOMParser"
    )
    for script in folder.glob("*.js"):
        assert not forbidden.findall(script.read_text("utf-8")), script.name


def test_whatever_a_record_holds_stays_data(records: list[Trajectory], tmp_path: Path) -> None:
    record = from_json(hostile_row(records[0]))
    made = Page(write_page([Play(f'"><script>{ATTACK}', record, score(record), 0)], tmp_path))
    assert made.html.count("<script") == made.html.count("</script>") == 3
    assert made.episode(0)["query"] == ATTACK
    assert made.episode(0)["turns"][0]["think"] == ATTACK
    assert made.episode(0)["answer"]["urls"][0] == ["javascript:window.hacked=1", ""]
    assert {file.name for file in tmp_path.iterdir()} <= {"index.html", "media"}


def test_lone_surrogates_and_huge_numbers_do_not_stop_a_page(records: list[Trajectory], tmp_path: Path) -> None:
    task = msgspec.structs.replace(records[1].task, query="half a \ud800 letter")
    record = msgspec.structs.replace(records[1], task=task, seed=2**70)
    made = Page(write_page(plays_of([record]), tmp_path))
    assert made.episode(0)["query"] == "half a ? letter"
    assert made.episode(0)["seeds"][0] == "1180591620717411303424"


@pytest.mark.parametrize("name", ["../../out", "a/b", ".hidden", "a b", "", "x" * 300])
def test_an_asset_whose_name_is_no_file_name_is_not_drawn(name: str, records: list[Trajectory], tmp_path: Path) -> None:
    asset = msgspec.structs.replace(records[0].assets[0], id=name)
    record = msgspec.structs.replace(records[0], assets=(asset,), steps=())
    made = Page(write_page(plays_of([record], 1), tmp_path / "page"))
    assert "its name is none that a file may have" in made.episode(0)["assets"][0]["note"]
    assert {file.name for file in tmp_path.rglob("*") if file.is_file()} == {"index.html"}


def test_an_episode_that_was_cut_off_says_so(records: list[Trajectory], tmp_path: Path) -> None:
    cut = msgspec.structs.replace(records[1], steps=records[1].steps[:-1], terminated=False, truncated_by="turns")
    made = Page(write_page(plays_of([cut]), tmp_path))
    assert (made.episode(0)["answer"], made.episode(0)["cut"]) == (None, "turns")


def test_an_episode_without_a_turn_makes_a_page(records: list[Trajectory], tmp_path: Path) -> None:
    empty = msgspec.structs.replace(records[1], steps=(), assets=(), terminated=False)
    assert Page(write_page(plays_of([empty]), tmp_path)).episode(0)["turns"] == []


def test_a_page_keeps_to_its_size_and_says_what_it_left_out(records: list[Trajectory], tmp_path: Path) -> None:
    path = write_page(plays_of(records, 1), tmp_path, max_mb=0.6)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) <= 600_000
    notes = [asset.get("note", "") for one in Page(path).blocks.values() for asset in one["assets"]]
    assert "not drawn: the page is at its size limit" in notes


def test_long_runs_are_kept_in_files_of_twenty_episodes(
    records: list[Trajectory], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "INLINE_BYTES", 1)
    bare = msgspec.structs.replace(records[1], assets=(), steps=(), terminated=False)
    made = Page(write_page(plays_of([bare] * 41), tmp_path))
    assert (made.index["mode"], made.blocks) == ("shards", {})
    assert sorted(file.name for file in (tmp_path / "episodes").iterdir()) == ["00000.js", "00001.js", "00002.js"]
    (tmp_path / "episodes" / "mine.js").write_text("mine")
    write_page(plays_of([bare]), tmp_path)
    assert sorted(file.name for file in (tmp_path / "episodes").iterdir()) == ["00000.js", "mine.js"]


def test_a_new_page_replaces_the_media_of_the_old_and_leaves_the_rest(
    records: list[Trajectory], tmp_path: Path
) -> None:
    write_page(plays_of(records[1:2]), tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "media" / "old.jpg").write_bytes(b"old")
    write_page(plays_of(records[2:3]), tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert not (tmp_path / "media" / "old.jpg").exists()


def test_media_that_no_page_of_ours_made_are_left_alone(records: list[Trajectory], tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "holiday.jpg").write_bytes(b"mine")
    write_page(plays_of(records[1:2]), tmp_path)
    assert (tmp_path / "media" / "holiday.jpg").read_bytes() == b"mine"


def test_a_film_on_the_page_is_one_that_browsers_play(tmp_path: Path) -> None:
    tasks = [task for task in load_suite("dev")[:20] if task.modality == "video"][:1]
    (film,) = rollout(ExpertPolicy(), tasks, faults="none", progress=False)
    first = next(asset for asset in film.assets if asset.kind == "video")
    short = msgspec.structs.replace(film, assets=film.assets[: film.assets.index(first) + 1])
    files = [
        file for file in Page(write_page(plays_of([short], 1), tmp_path, film_height=90)).files if file.suffix == ".mp4"
    ]
    assert files
    for file in files:
        data = file.read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")
        with av.open(str(file)) as container:
            stream = container.streams.video[0]
            assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
            assert sum(1 for _ in container.decode(stream)) == stream.frames
