"""The one-call film, executed from its cutting list on: stages cut, mix and render.

Script, voice, stock clips and music are services that no file holds; they are the simulator's. Their clips are made as
files, and the film is put together from those.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

from msgspec.structs import replace

from visgenenv.media.materialise import materialise
from visgenenv.tools.invocation import Refused
from visgenenv.tools.local.composing import fit_into, joined
from visgenenv.tools.local.desk import RATE, Desk, Product, film_sound
from visgenenv.tools.local.filters import Wave
from visgenenv.tools.local.reels import Reel, exact, film, nearest, still, stretch
from visgenenv.tools.local.titling import with_words
from visgenenv.tools.local.waves import Layer, blended, decoded, looped, resampled
from visgenenv.types import Asset, Recipe

FPS = Fraction(30)
SHAPES = {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1080, 1080), "3:4": (1080, 1440)}


def pipeline(desk: Desk, **arguments: Any) -> tuple[list[Product], dict[str, Any]]:
    """Make a narrated film in one go."""
    if desk.twin.error is not None:
        raise Refused(desk.twin.error)
    planned, voice = desk.twin.assets[:2]
    cues = planned.recipe.params if planned.recipe.node == "titles" else None
    plan = planned.recipe.sources[0] if cues else planned.recipe
    width, height = SHAPES[arguments["video_aspect"]]
    size = width // desk.shrink, height // desk.shrink
    overlap = exact(round(float(plan.params["overlap"]), 9))
    reels = [fit_into(_clip(desk, plan, one, size), size, "pad") for one in plan.params["clips"]]
    narration, rate = decoded(materialise(voice, cache=desk.cache))
    lasts = sum((reel.seconds for reel in reels), Fraction(0)) - (len(reels) - 1) * overlap
    n_frames = nearest(lasts * FPS)
    frames = joined(reels, overlap, arguments["transition"], FPS, n_frames)
    if cues:
        words = [(exact(one["start"]), exact(one["end"]), one["text"]) for one in cues["cues"]]
        letters = cues | {"font_size": max(1, cues["font_size"] // desk.shrink)}
        frames = with_words(replace(reels[0], play=frames.__iter__), words, letters).play()
    sound = _mixed(desk, plan, resampled(narration, rate, RATE), nearest(lasts * RATE), arguments["bgm_volume"])
    made = desk.make_film(frames, size, FPS, film_sound(sound, n_frames, FPS, RATE))
    products = [_full(made, desk.shrink), desk.make_sound(narration, rate, "mp3")]
    parents = [planned.parents, voice.parents]
    for asset in desk.twin.assets[2:]:
        text = str(asset.recipe.params["text"])
        products.append(Product("subtitle", asset.subtype, asset.mime, text=text))
        parents.append(asset.parents)
    products = [replace(product, parents=roles) for product, roles in zip(products, parents, strict=True)]
    return products, desk.twin.data


def _clip(desk: Desk, plan: Recipe, clip: dict[str, Any], size: tuple[int, int]) -> Reel:
    """Open what one entry of the cutting list shows: the user's own material, or a stock clip."""
    recipe, seconds = plan.sources[clip["source"]], exact(round(float(clip["seconds"]), 9))
    start = exact(round(float(clip["start"]), 9))
    for asset in desk.call.cited:
        if asset.recipe == recipe and asset.kind == "image":
            return still(desk.picture(asset), seconds)
        if asset.recipe == recipe and asset.kind == "video":
            return stretch(desk.open(asset).reel, start, start + seconds)
    n_frames = ceil(seconds * FPS)
    stock = Asset("", "asset://stock.mp4", "video", "video/mp4", recipe, *size, n_frames=n_frames, fps=(30, 1))
    whole = film(materialise(stock, cache=desk.cache), *size, FPS, n_frames)
    return stretch(whole, start, start + seconds)


def _mixed(desk: Desk, plan: Recipe, voice: Wave, n: int, volume: float) -> Wave:
    """Lay the music under the voice."""
    layers, music = [Layer(voice[:, :n])], plan.params["bgm"]
    if music:
        recipe = plan.sources[music["source"]]
        cited = [asset for asset in desk.call.cited if asset.recipe == recipe and asset.kind == "audio"]
        wave = desk.wave(cited[0]) if cited else decoded(materialise(_song(recipe), cache=desk.cache), RATE, 2)[0]
        layers.append(Layer(looped(wave, n), 0, volume))
    return blended(layers, n, RATE)


def _song(recipe: Recipe) -> Asset:
    n_samples = nearest(exact(recipe.params["seconds"]) * RATE)
    return Asset("", "asset://song.wav", "audio", "audio/wav", recipe, n_samples=n_samples, sample_rate=RATE,
                 channels=1, has_audio=True)  # fmt: skip


def _full(made: Product, shrink: int) -> Product:
    """Say of a film made small for a comparison how large it stands for."""
    facts = made.facts
    return replace(made, facts=replace(facts, width=facts.width * shrink, height=facts.height * shrink))
