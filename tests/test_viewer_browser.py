"""The viewer in a real browser: list, filters, an episode, a film, two side by side, a group, the keyboard, bad intent."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from viewer_records import ATTACK, both, hostile_row, lines_of, plays_of

from visgenenv.policies import ExpertPolicy
from visgenenv.rewards import COMPONENTS, score
from visgenenv.rollouts import rollout
from visgenenv.tasks import load_suite
from visgenenv.trace import from_json
from visgenenv.trajectory import Trajectory
from visgenenv.viewer import Play, Store, ViewServer, page, write_page
from visgenenv.viewer.briefs import brief_of
from visgenenv.viewer.columns import columns, marks_of
from visgenenv.viewer.shell import page as shell

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (pip install -e '.[dev]')")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((path for path in map(shutil.which, NAMES) if path), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--autoplay-policy=no-user-gesture-required"]  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=f"no browser is installed: none of {', '.join(NAMES)}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A tab that must stay without an error, a dialog, or a request to anywhere but the page's own files."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(20_000)
    opened = context.new_page()
    opened.troubles = []
    opened.on("console", lambda message: message.type in ("error", "warning") and opened.troubles.append(message.text))
    opened.on("pageerror", lambda error: opened.troubles.append(str(error)))
    opened.on("dialog", lambda dialog: opened.troubles.append(dialog.message))
    opened.on("requestfailed", lambda request: opened.troubles.append(f"{request.url} {request.failure}"))
    opened.on("request", lambda request: opened.troubles.extend(foreign(request.url)))
    yield opened
    assert opened.evaluate("() => window.hacked") is None
    aborted = [one for one in opened.troubles if "ERR_ABORTED" in one]  # a film or a page that was left in the middle
    assert [one for one in opened.troubles if one not in aborted] == []
    context.close()


def foreign(url: str) -> list[str]:
    return [] if url.startswith(("file:///", "http://127.0.0.1:", "data:,")) else [f"asked for {url}"]


@pytest.fixture(scope="module")
def records() -> list[Trajectory]:
    return both()


@pytest.fixture(scope="module")
def static(records: list[Trajectory], tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_page(plays_of(records, 1), tmp_path_factory.mktemp("page"), film_height=90).as_uri()


@pytest.fixture(scope="module")
def server(records: list[Trajectory], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("run") / "traces.jsonl"
    path.write_bytes(lines_of(records[:2], step=1) + lines_of(records[4:6], step=2))
    with ViewServer(Store([path]), film_height=90) as running:
        thread = threading.Thread(target=running.serve, daemon=True)
        thread.start()
        yield running.url
        running.stop()
        thread.join()


def texts(tab: Any, selector: str) -> list[str]:
    found: list[str] = tab.locator(selector).all_inner_texts()
    return found


def test_the_list_shows_every_episode_with_its_reward(tab: Any, static: str, records: list[Trajectory]) -> None:
    tab.goto(static)
    assert texts(tab, ".rows .cell.id") == [record.task.id for record in records]
    assert texts(tab, ".rows .cell.reward") == [f"{round(score(record).reward, 4):.3f}" for record in records]
    assert texts(tab, ".means tbody th") == ["expert", "random"]
    assert tab.inner_text(".count") == "8 episodes"


def test_filters_narrow_the_list_stay_in_the_address_and_can_be_cleared(tab: Any, static: str) -> None:
    tab.goto(static)
    tab.locator("[data-facet=policy] label", has_text="random").click()
    tab.locator(".count", has_text="4 of 8").wait_for()
    assert set(texts(tab, ".rows .cell.policy")) == {"random"}
    tab.reload()
    assert tab.inner_text(".count") == "4 of 8"
    tab.locator("[data-facet=lang] label", has_text="zh").click()
    assert all(name.endswith("zh") for name in texts(tab, ".rows .cell.id"))
    tab.get_by_role("button", name="Clear", exact=True).click()
    tab.locator(".count", has_text="8 episodes").wait_for()
    tab.locator(".histogram .bin").nth(0).click()
    tab.locator(".count", has_text="of 8").wait_for()
    assert all(float(one) <= 0.05 for one in texts(tab, ".rows .cell.reward"))


def test_a_click_on_a_heading_sorts(tab: Any, static: str, records: list[Trajectory]) -> None:
    tab.goto(static)
    tab.locator(".row.head .turns").click()
    turns = sorted((len(record.steps) for record in records), reverse=True)
    assert texts(tab, ".rows .cell.turns") == [str(count) for count in turns]
    tab.locator(".row.head .turns").click()
    assert texts(tab, ".rows .cell.turns") == [str(count) for count in reversed(turns)]


def test_everything_can_be_done_with_the_keyboard(tab: Any, static: str) -> None:
    tab.goto(static)
    tab.keyboard.press("/")
    tab.keyboard.type("elf-archer random")
    tab.locator(".count", has_text="1 of 8").wait_for()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Escape")
    tab.locator(".count", has_text="8 episodes").wait_for()
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("k")
    tab.keyboard.press("Enter")
    tab.locator(".conversation").wait_for()
    assert tab.url.endswith("#/e/1")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    assert tab.locator(".turn.cursor").get_attribute("id") == "turn-2"
    tab.keyboard.press("]")
    tab.wait_for_url("**/*#/e/2")
    tab.locator(".conversation").wait_for()
    tab.keyboard.press("?")
    tab.locator("dialog.help").wait_for()
    tab.keyboard.press("Escape")
    tab.locator("dialog.help").wait_for(state="detached")
    tab.keyboard.press("t")
    assert tab.evaluate("() => document.documentElement.dataset.theme") == "dark"
    tab.keyboard.press("Escape")
    tab.locator(".rows").wait_for()
    assert tab.locator(".row.cursor").get_attribute("data-i") == "1"


def test_an_episode_is_told_in_full(tab: Any, static: str, records: list[Trajectory]) -> None:
    record = records[1]
    tab.goto(f"{static}#/e/1")
    tab.locator(".conversation").wait_for()
    assert tab.locator(".query").text_content() == record.task.query
    assert record.answer is not None
    assert tab.locator(".summary-text").text_content() == record.answer.summary
    assert texts(tab, ".call .tool") == [entry.call.name for entry in record.ledger]
    errors = [entry.result.error.message for entry in record.ledger if entry.result.error]
    assert tab.locator(".call .error > p:first-child").all_text_contents() == errors
    assert tab.locator(".timeline rect.call").count() == len(record.ledger)
    assert tab.locator(".graph .node").count() == len(record.assets)
    assert tab.locator(".graph .edge").count() == sum(len(asset.parents) for asset in record.assets)
    assert texts(tab, ".part-head > span:first-child") == list(COMPONENTS)
    tab.keyboard.press("f")
    assert tab.locator(".conversation details:not([open])").count() == 0
    told = [text for step in record.steps for text in step.told]
    assert tab.locator(".told pre").all_text_contents() == told


def test_the_graph_leads_to_where_an_asset_was_made(tab: Any, static: str, records: list[Trajectory]) -> None:
    tab.goto(f"{static}#/e/0")
    tab.locator(".graph .node").last.click()
    tab.locator(f"#asset-{records[0].assets[-1].id}.flash").wait_for()


def test_a_picture_can_be_enlarged(tab: Any, static: str) -> None:
    tab.goto(f"{static}#/e/0")
    tab.locator(".conversation button.picture").first.click()
    tab.locator("dialog.lightbox img").wait_for()
    assert tab.locator("dialog.lightbox img").evaluate("node => node.decode().then(() => node.naturalWidth)") >= 512
    tab.keyboard.press("Escape")
    tab.locator("dialog.lightbox").wait_for(state="detached")


def test_a_film_plays(tab: Any, tmp_path: Path) -> None:
    task = next(task for task in load_suite("dev")[:20] if task.modality == "video")
    (film,) = rollout(ExpertPolicy(), [task], faults="none", progress=False)
    first = next(place for place, asset in enumerate(film.assets) if asset.kind == "video")
    short = replace(film, assets=film.assets[: first + 1])
    tab.goto(write_page(plays_of([short], 1), tmp_path, film_height=90).as_uri() + "#/e/0")
    player = tab.locator("video").first
    player.scroll_into_view_if_needed()
    player.evaluate("node => { node.muted = true; return node.play(); }")
    played = player.evaluate(
        "node => new Promise(done => node.addEventListener('timeupdate', () => node.currentTime > 0.2 && done(true)))"
    )
    assert played
    assert player.evaluate("node => node.videoHeight") == 90


def test_two_tries_stand_side_by_side_and_their_first_divergence_is_marked(
    tab: Any, static: str, records: list[Trajectory]
) -> None:
    tab.goto(f"{static}#/e/0")
    tab.locator(".conversation").wait_for()
    tab.keyboard.press("c")
    tab.locator(".pair.turns").first.wait_for()
    best, worst = sorted((0, 4), key=lambda place: -score(records[place]).reward)
    assert tab.url.endswith(f"#/c/{best}/{worst}")
    assert tab.inner_text(".divergence").startswith("First divergence: turn 1 · call 1: ")
    assert tab.locator(".pair.turns").first.get_attribute("class") == "pair turns diverges"
    assert tab.locator(".versus tbody tr").count() == len(COMPONENTS)
    turns = max(len(records[0].steps), len(records[4].steps))
    assert tab.locator(".pair.turns").count() == turns
    tab.get_by_role("button", name="Swap").click()
    tab.wait_for_url(f"**/*#/c/{worst}/{best}")


def test_equal_tries_do_not_diverge_and_one_other_call_is_found(
    tab: Any, records: list[Trajectory], tmp_path: Path
) -> None:
    said = [step.text for step in records[1].steps]
    place = next(place for place, text in enumerate(said) if '"prompt":' in text)
    other = [*said[:place], re.sub('"prompt": ?"', '"prompt":"two ', said[place], count=1), *said[place + 1 :]]
    tries = [rollout(Again(one), [records[1].task], faults="none", progress=False)[0] for one in (said, said, other)]
    url = write_page(plays_of(tries), tmp_path).as_uri()
    tab.goto(f"{url}#/c/0/1")
    tab.locator(".divergence").wait_for()
    assert tab.inner_text(".divergence") == "No divergence in calls and their outcomes"
    tab.goto(f"{url}#/c/0/2")
    tab.locator(".divergence", has_text=f"First divergence: turn {place + 1} · call ").wait_for()
    assert "with other arguments, first “prompt”" in tab.inner_text(".divergence")


class Again:
    """Says what it is given, turn by turn."""

    def __init__(self, said: list[str]):
        self.said = said

    def act(self, conversations: Any) -> list[str]:
        return [self.said[min(one.turn, len(self.said) - 1)] for one in conversations]


def test_a_group_shows_what_each_rollout_was_worth_against_the_others(
    tab: Any, static: str, records: list[Trajectory]
) -> None:
    tab.goto(f"{static}#/e/1")
    tab.locator(".conversation").wait_for()
    tab.keyboard.press("g")
    tab.locator(".rollouts .sq").first.wait_for()
    rewards = sorted((score(records[place]).reward for place in (1, 5)), reverse=True)
    assert texts(tab, ".rollouts tbody b") == [f"{reward:.3f}" for reward in rewards]
    assert texts(tab, ".rollouts .advantage") == ["+1.00", "-1.00"]
    tab.locator(".rollouts .parted").wait_for()
    tab.keyboard.press("c")
    tab.locator(".divergence").wait_for()
    tab.goto(f"{static}#/groups")
    assert tab.inner_text(".count") == "4 groups"
    assert tab.locator(".groups tbody tr").count() == 4


def test_long_runs_load_their_episodes_from_files_beside_the_page(
    tab: Any, records: list[Trajectory], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "INLINE_BYTES", 1)
    bare = replace(records[1], assets=(), steps=(), terminated=False)
    odd = replace(bare, task=replace(bare.task, query=f"the last one {ATTACK}"))
    path = write_page(plays_of([bare] * 24 + [odd]), tmp_path)
    tab.goto(path.as_uri() + "#/e/24")
    tab.locator(".query", has_text="the last one").wait_for()
    tab.keyboard.press("[")
    tab.wait_for_url("**/*#/e/23")
    tab.locator(".query").wait_for()
    (tmp_path / "episodes" / "00000.js").rename(tmp_path / "gone.js")
    tab.goto(path.as_uri() + "#/e/3")
    tab.locator(".problem", has_text="is not there").wait_for()
    tab.troubles[:] = [one for one in tab.troubles if "ERR_FILE_NOT_FOUND" not in one]


def test_the_server_shows_scores_steps_pictures_and_other_presets(tab: Any, server: str) -> None:
    tab.goto(server)
    tab.locator(".means").wait_for()
    tab.locator(".steps .point").first.wait_for()
    tab.locator("[data-facet=step] label", has_text="2").first.click()
    tab.locator(".count", has_text="2 of 4").wait_for()
    tab.goto(f"{server}#/e/2")
    tab.locator(".score select").select_option("paper")
    tab.locator(".score .part.idle", has_text="match").wait_for()
    tab.goto(f"{server}#/e/0")
    picture = tab.locator(".conversation figure.image img").first
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("node => node.decode().then(() => node.naturalWidth)") > 200


@pytest.mark.parametrize("mode", ["page", "server"])
def test_nothing_that_a_record_holds_runs(tab: Any, mode: str, records: list[Trajectory], tmp_path: Path) -> None:
    row = hostile_row(records[0])
    record = from_json(row)
    if mode == "page":
        plays = [Play(f"<b>{ATTACK}", record, score(record), place) for place in range(2)]
        visit(tab, write_page(plays, tmp_path).as_uri())
        return
    path = tmp_path / "traces.jsonl"
    path.write_bytes(lines_of([record, record]))
    with ViewServer(Store([path])) as running:
        thread = threading.Thread(target=running.serve, daemon=True)
        thread.start()
        visit(tab, running.url)
        running.stop()
    tab.troubles[:] = [
        one for one in tab.troubles if "422" not in one
    ]  # pictures that are not drawn, as told below them


def visit(tab: Any, url: str) -> None:
    """Walk through every view of two hostile records; what they hold is there to read, and is no element."""
    tab.goto(url)
    tab.locator(".rows .row").first.wait_for()
    assert ATTACK in tab.locator(".rows .row").first.text_content()
    tab.goto(f"{url}#/e/0")
    tab.locator(".conversation").wait_for()
    tab.keyboard.press("f")
    for selector in (".query", ".think", ".plan li", ".call .tool", ".error", ".told pre", ".raw pre", ".summary-text"):
        assert ATTACK in tab.locator(selector).first.text_content()
    tab.goto(f"{url}#/c/0/1")
    tab.locator(".divergence").wait_for()
    tab.goto(f"{url}#/g/0")
    tab.locator(".rollouts .sq").first.wait_for()
    assert tab.evaluate("() => document.querySelectorAll('script:not([type])').length") == 1
    assert tab.evaluate("() => document.querySelectorAll('img[onerror], a[href^=javascript]').length") == 0
    assert tab.evaluate("() => ({}).polluted") is None


def test_markup_cannot_be_made_from_text_even_by_the_pages_own_script(tab: Any, static: str) -> None:
    tab.goto(static)
    tab.locator(".rows .row").first.wait_for()
    attempt = """() => { try { document.body.innerHTML = '<img src=x onerror="window.hacked=1">'; return 'done'; }
        catch (error) { return error.name; } }"""
    assert tab.evaluate(attempt) == "TypeError"
    tab.troubles.clear()  # the browser notes the attempt


def test_ten_thousand_episodes_are_painted_soon_and_scrolled_through(
    tab: Any, records: list[Trajectory], tmp_path: Path
) -> None:
    briefs = [brief_of(record, "grpo", step) for step in range(1250) for record in records]
    marks = [marks_of(score(record)) for record in records] * 1250
    index = {
        **columns(briefs, marks, list(COMPONENTS), "hardened"),
        "title": "long",
        "preset": "hardened",
        "mode": "inline",
    }
    path = tmp_path / "index.html"
    path.write_bytes(shell(index))
    tab.goto(path.as_uri())
    tab.locator(".rows .row").first.wait_for()
    assert tab.inner_text(".count") == "10,000 episodes"
    assert tab.locator(".rows .row").count() < 80
    painted = tab.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert painted < 15_000  # docs/viewer.md has the figure: this only says that it is not minutes on a busy machine
    tab.keyboard.press("End")
    tab.locator(".rows .row.cursor[data-i='9999']").wait_for()
    tab.locator(".search").fill("elf-archer")
    tab.locator(".count", has_text="2,500 of 10,000").wait_for()
