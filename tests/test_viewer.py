"""The page: it shows what happened, escapes what policies write, needs nothing from outside, and keeps its limits."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import av
import msgspec
import pytest

from visgenenv.parsing import parse_action
from visgenenv.policies import ExpertPolicy
from visgenenv.rewards import score
from visgenenv.rollouts import rollout
from visgenenv.tasks import load_suite, load_task
from visgenenv.trajectory import Trajectory
from visgenenv.types import Step
from visgenenv.viewer import Play, write_page

VOID = {"meta", "link", "img", "input", "br"}
HOSTILE = '</details></pre><script>alert("x")</script>\x00 \u202e \ud800 <img src=x onerror=alert(1)> &amp; 毛毡小狐狸'


class Page(HTMLParser):
    """Reads a page and notes what it holds; raises if a tag is closed that is not the innermost open one."""

    def __init__(self, path: Path):
        super().__init__()
        self.path = path
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert not [name for name in given if name.startswith("on")]
        self.tags.append(tag)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given[name] or "" for name in ("src", "href", "poster") if name in given]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    @property
    def files(self) -> list[Path]:
        return [
            self.path.parent / unquote(link) for link in self.links if link[:1] not in ("#", "") and link != "data:,"
        ]


@pytest.fixture(scope="module")
def records() -> list[Trajectory]:
    tasks = [load_task("paper/elf-archer"), *load_suite("dev")[:3]]
    return rollout(ExpertPolicy(), tasks, faults="stress", seed=1, progress=False)


def plays_of(records: Sequence[Trajectory], n_full: int = 0) -> list[Play]:
    return [Play("expert", one, score(one), index, full=index < n_full) for index, one in enumerate(records)]


@pytest.fixture(scope="module")
def page(records: list[Trajectory], tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(write_page(plays_of(records, 1), tmp_path_factory.mktemp("page"), film_height=90))


def test_a_page_tells_every_query_turn_call_and_score(page: Page, records: list[Trajectory]) -> None:
    for record in records:
        assert record.task.query in page.words
        assert record.answer is not None
        assert record.answer.summary in page.words
        for entry in record.ledger:
            assert entry.call.name in page.words
            assert entry.result.error is None or entry.result.error.message in page.words
        assert f"{score(record).reward:.3f}" in page.words
    assert page.tags.count("section") == sum(len(record.steps) for record in records)


def test_a_page_shows_every_asset_and_needs_nothing_from_outside(page: Page, records: list[Trajectory]) -> None:
    assert not [link for link in page.links if "://" in link or link.startswith(("//", "/"))]
    assert all(file.is_file() and file.stat().st_size for file in page.files)
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    for index, record in enumerate(records):
        for asset in record.assets:
            assert f"expert-{index:03d}-{asset.id}" in page.ids


def test_the_published_query_is_shown_in_full_pictures_and_the_rest_in_previews(page: Page) -> None:
    sizes = {file.parent.name: file.stat().st_size for file in page.files}
    assert sizes["expert-000"] > 4 * sizes["expert-001"]


def hostile() -> Trajectory:
    record = rollout(ExpertPolicy(), [load_suite("dev")[0]], faults="none", progress=False)[0]
    texts = (f"<think>{HOSTILE}</think><plan>{HOSTILE}</plan>", HOSTILE,
             '<think>long enough</think><tool_call>{"name":"<blink>x</blink>","arguments":{"<blink>":"<blink>","n":[{"<blink>":1}]}}</tool_call>')  # fmt: skip
    steps = [Step(parse_action(text), (), (HOSTILE,)) for text in texts]
    task = msgspec.structs.replace(record.task, id="<blink>id</blink>", query=HOSTILE)
    return msgspec.structs.replace(record, task=task, steps=(*steps[:2], *record.steps), truncated_by="<blink>")


def test_whatever_a_policy_writes_stays_text(tmp_path: Path) -> None:
    record = hostile()
    plays = [Play('"><script>', record, score(record), 0)]
    page = Page(write_page(plays, tmp_path))
    assert page.tags.count("script") == 1
    assert "blink" not in page.tags
    assert '<script>alert("x")</script>' in page.words


def test_an_episode_that_was_cut_off_says_so(records: list[Trajectory], tmp_path: Path) -> None:
    cut = msgspec.structs.replace(records[1], steps=records[1].steps[:-1], terminated=False, truncated_by="turns")
    assert "cut off by the limit on turns" in Page(write_page(plays_of([cut]), tmp_path)).words


def test_an_episode_without_a_turn_makes_a_page(records: list[Trajectory], tmp_path: Path) -> None:
    empty = msgspec.structs.replace(records[1], steps=(), assets=(), terminated=False)
    assert "No valid answer" in Page(write_page(plays_of([empty]), tmp_path)).words


def test_a_page_keeps_to_its_size_and_says_what_it_left_out(records: list[Trajectory], tmp_path: Path) -> None:
    path = write_page(plays_of(records, 1), tmp_path, max_mb=0.5)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) <= 500_000
    assert "the page is at its size limit" in Page(path).words


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


def test_a_film_on_the_page_plays_in_a_browser(records: list[Trajectory], tmp_path: Path) -> None:
    film = next(record for record in records if record.task.modality == "video")
    first = next(asset for asset in film.assets if asset.kind == "video")
    short = msgspec.structs.replace(film, assets=film.assets[: film.assets.index(first) + 1])
    page = Page(write_page(plays_of([short], 1), tmp_path, film_height=90))
    films = [file for file in page.files if file.suffix == ".mp4"]
    assert films
    for file in films:
        data = file.read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")
        with av.open(str(file)) as container:
            stream = container.streams.video[0]
            assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
            assert sum(1 for _ in container.decode(stream)) == stream.frames
