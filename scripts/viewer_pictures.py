"""Takes the pictures of the viewer in docs/images, light and dark, with Playwright and the Chromium of this machine.

python scripts/viewer_pictures.py [--out docs/images] [--chromium /usr/bin/chromium]
"""

from __future__ import annotations

import argparse
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
from msgspec.structs import replace
from PIL import Image

from visgenenv import ExpertPolicy, RandomPolicy, VisGenEnv, load_suite, rollout
from visgenenv.policies.expert_modes import MODES, Weights
from visgenenv.trace import to_json
from visgenenv.trajectory import Trajectory
from visgenenv.viewer import Store, ViewServer

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
WIDTH, HEIGHT = 1360, 820
STEPS, TASKS, ROLLOUTS = 20, 4, 8
SETTLE_MS = 1_500
NO_MORE = "() => document.title && !document.querySelector('progress')"
DRAWN = """() => [...document.images].every((one) => {
    const place = one.getBoundingClientRect();
    return one.complete || place.top > innerHeight || place.bottom < 0; })"""
TO_THE_TOP = "one => one.scrollIntoView({ block: 'start' })"


def rehearsal(path: Path) -> None:
    """Write what looks like a training run: groups played by the expert, careless or failing at first, then less so."""
    tasks = load_suite("train")
    with path.open("wb") as file:
        for step in range(1, STEPS + 1):
            good = step / STEPS
            policy = ExpertPolicy("mixed", mixture(good))
            for place in range(TASKS):
                task = tasks[(step * TASKS + place) * 7]
                for number in range(ROLLOUTS):
                    record = played(policy, task, world=step * TASKS + place, number=number)
                    record = replace(record, settings={**record.settings, "policy": "rehearsal"})
                    file.write(orjson.dumps({"step": step, **to_json(record)}) + b"\n")


def mixture(good: float) -> Weights:
    """Return the shares of the expert's qualities when a share `good` works well."""
    bad = {"sloppy": 0.5 * (1 - good), "failing": 0.4 * (1 - good), "recovering": 0.3 * (1 - good)}
    return {**dict.fromkeys(MODES, 0.0), "optimal": good, "verbose": 0.2 * good, **bad}


def played(policy: ExpertPolicy, task: Any, world: int, number: int) -> Trajectory:
    """Play one rollout of a group."""
    env = VisGenEnv(tasks=[task])
    env.reset(seed=1_000 * world + number, options={"task": task, "world_seed": world})
    over = False
    while not over:
        (turn,) = policy.act([env.conversation])
        _, _, terminated, truncated, _ = env.step(turn)
        over = terminated or truncated
    return env.trajectory


def published(path: Path) -> None:
    """Write the published requests, played by the expert and at random."""
    with path.open("wb") as file:
        for policy, name in ((ExpertPolicy(), "expert"), (RandomPolicy(), "random")):
            for record in rollout(policy, load_suite("paper"), seed=1, progress=False):
                signed = replace(record, settings={**record.settings, "policy": name})
                file.write(orjson.dumps(to_json(signed)) + b"\n")


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Serve a file of traces."""
    with ViewServer(Store([path])) as server:
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        yield server.url
        server.stop()
        thread.join()


class Camera:
    """A browser tab that takes pictures of what has settled, in light and dark."""

    def __init__(self, tab: Any, out: Path):
        self.tab, self.out = tab, out

    def go(self, address: str) -> None:
        """Open a page, and wait until every score is made and every picture drawn."""
        self.tab.goto("about:blank")
        self.tab.goto(address)
        self.tab.wait_for_function(NO_MORE, timeout=300_000)

    def take(self, name: str, at: str = "") -> None:
        """Take a picture in both themes, from a part of the page on."""
        if at:
            self.tab.locator(at).first.evaluate(TO_THE_TOP)
        for theme, ending in (("light", ""), ("dark", "-dark")):
            self.tab.emulate_media(color_scheme=theme)
            self.tab.wait_for_timeout(SETTLE_MS)
            self.tab.wait_for_function(DRAWN, timeout=120_000)
            keep(self.tab.screenshot(), self.out / f"viewer-{name}{ending}.png")


def keep(png: bytes, path: Path) -> None:
    """Write a picture with 256 colours, which takes a quarter; an octree keeps the rare ones that carry a meaning."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=IMAGES)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        paper, run = Path(folder, "paper.jsonl"), Path(folder, "rehearsal.jsonl")
        published(paper)
        rehearsal(run)
        browser = playwright.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        camera = Camera(browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}), given.out)
        with served(paper) as url:
            camera.go(f"{url}#/e/1")
            camera.take("episode")
            camera.go(f"{url}#/e/2")
            camera.take("graph", at="details:has(.graph)")
            camera.take("conversation", at=".turn .call.env")
        with served(run) as url:
            camera.go(url)
            camera.take("list")
            camera.go(f"{url}#/groups")
            camera.tab.locator("td a[href^='#/g/']").first.click()
            camera.take("group")
            camera.tab.keyboard.press("c")
            camera.take("compare")
        browser.close()


if __name__ == "__main__":
    main()
