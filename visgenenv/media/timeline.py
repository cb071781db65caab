"""Films put together from clips, and words laid over them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from PIL import Image

from visgenenv.media import lettering
from visgenenv.media.scenes import Player
from visgenenv.types import Recipe


class Screen(Struct, frozen=True):
    """The size to draw at; `scale` is drawn pixels per pixel of the film itself, for the size of letters."""

    width: int
    height: int
    scale: float = 1.0


Play = Callable[[Recipe, Screen], Player]


class Montage:
    """Plays the clips of a `timeline` recipe one after the other, with their transitions."""

    def __init__(self, recipe: Recipe, screen: Screen, play: Play):
        self.recipe, self.screen, self.play = recipe, screen, play
        self.clips: list[dict[str, Any]] = recipe.params["clips"]
        self.overlap = float(recipe.params.get("overlap") or 0.0)
        self.starts = starts(self.clips, self.overlap)
        self.fit = str(recipe.params.get("fit") or "pad")

    def picture(self, t: float) -> Image.Image:
        """Draw the film's frame at `t` seconds; past the last clip its last moment is held."""
        index = max(0, bisect_right(self.starts, t + 1e-9) - 1)
        inside = t - self.starts[index]
        if index and inside < self.overlap:
            before = self._clip(index - 1, self.starts[index] - self.starts[index - 1] + inside)
            share = inside / self.overlap
            return blend(str(self.recipe.params.get("transition")), before, self._clip(index, inside), share)
        return self._clip(index, inside)

    def _clip(self, index: int, inside: float) -> Image.Image:
        """Draw one clip, `inside` seconds after it came on screen."""
        clip, own = self.clips[index], self.screen
        if size := clip.get("size"):
            own = _inner(size, self.screen, self.fit)
        inside = max(0.0, min(inside, float(clip["seconds"]) - 1e-3))
        moment = 0.0 if clip.get("still") else float(clip["start"]) + inside * _pace(clip)
        return fitted(self.play(self.recipe.sources[clip["source"]], own)(moment), self.screen)


def starts(clips: list[dict[str, Any]], overlap: float) -> list[float]:
    """Return when each clip comes on screen."""
    now, result = 0.0, []
    for clip in clips:
        result.append(now)
        now += float(clip["seconds"]) - overlap
    return result


def _pace(clip: dict[str, Any]) -> float:
    """Seconds of material per second on screen."""
    return float(clip["native"]) / float(clip["seconds"]) if clip["seconds"] else 1.0


def _inner(size: list[int], screen: Screen, fit: str) -> Screen:
    """Return the size at which a clip of another shape is drawn: inside the frame (pad) or covering it (crop).

    A difference that rounding may have made is not worth a border.
    """
    width, height = max(1, size[0]), max(1, size[1])
    ratios = (screen.width / width, screen.height / height)
    if 0.96 < ratios[0] / ratios[1] < 1.04:
        return Screen(screen.width, screen.height)
    factor = max(ratios) if fit == "crop" else min(ratios)
    return Screen(max(2, round(width * factor)), max(2, round(height * factor)))


def fitted(picture: Image.Image, screen: Screen) -> Image.Image:
    """Centre a picture in the frame, with black borders or cut edges where it does not fit."""
    if picture.size == (screen.width, screen.height):
        return picture
    frame = Image.new("RGB", (screen.width, screen.height))
    frame.paste(picture, ((screen.width - picture.width) // 2, (screen.height - picture.height) // 2))
    return frame


def blend(transition: str, before: Image.Image, after: Image.Image, share: float) -> Image.Image:
    """Draw one moment of a transition; `share` of it has passed."""
    width, height = after.size
    if transition == "fade":
        black = Image.new("RGB", after.size)
        return Image.blend(before, black, 2 * share) if share < 0.5 else Image.blend(black, after, 2 * share - 1)
    if transition in ("slide", "wipe"):
        edge = round(width * share)
        frame = before.copy()
        frame.paste(
            after.crop((0, 0, edge, height)) if transition == "wipe" else after,
            (0 if transition == "wipe" else width - edge, 0),
        )
        return frame
    return Image.blend(before, after, share)


class Titles:
    """Plays a film with the cues of a `titles` recipe over it."""

    def __init__(self, recipe: Recipe, screen: Screen, play: Play):
        self.params, self.screen = recipe.params, screen
        self.film = play(recipe.sources[0], screen)
        self.drawn: dict[str, tuple[Image.Image, tuple[int, int]]] = {}

    def picture(self, t: float) -> Image.Image:
        """Draw the frame at `t` seconds."""
        frame = self.film(t)
        cues = [cue for cue in self.params["cues"] if float(cue["start"]) <= t < float(cue["end"])]
        if not cues:
            return frame
        frame = frame.copy()
        for row, cue in enumerate(cues):
            block, (x, y) = self._title(self._words(cue, t))
            up = row * block.height * (-1 if y > self.screen.height / 2 else 1)
            frame.paste(block, (x, y + up), block)
        return frame

    def _words(self, cue: dict[str, Any], t: float) -> str:
        """Return the words to show now: all of them, or as many as were spoken for the word-by-word style."""
        text = str(cue["text"])
        if self.params.get("style") != "word_by_word":
            return text
        share = (t - float(cue["start"])) / max(1e-6, float(cue["end"]) - float(cue["start"]))
        return text[: max(1, round(len(text) * min(1.0, share + 0.1)))]

    def _title(self, text: str) -> tuple[Image.Image, tuple[int, int]]:
        if text not in self.drawn:
            if len(self.drawn) > 32:
                self.drawn.clear()
            screen = self.screen
            self.drawn[text] = lettering.title(text, self.params, screen.width, screen.height, screen.scale)
        return self.drawn[text]
