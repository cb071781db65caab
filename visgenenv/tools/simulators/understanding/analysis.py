"""Understanding: pictures, films and sounds looked at closely, and questions about them answered in free text.

The three are read-only: they make no asset, and what they say comes from what is drawn and heard, never from what
was asked for when it was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.understanding.mistakes import mistaken
from visgenenv.tools.simulators.understanding.observations import observe
from visgenenv.tools.simulators.understanding.questions import Domain, route
from visgenenv.tools.simulators.understanding.replies import Luck, compose, needs_luck, tokens
from visgenenv.tools.simulators.understanding.sights import Sight, between, heard_only
from visgenenv.types import Asset, ToolResult

ROUNDING = 0.001
"""Seconds by which a length may be overshot: agents are told lengths to the millisecond."""


def tool_video_analysis(
    call: Invocation,
    *,
    videos: list[str],
    question: str,
    analysis_type: str,
    fps: float,
    start_offset: float,
    end_offset: float | None,
    media_resolution: str,
    language: str,
) -> ToolResult:
    """Gemini on films: sampled at `fps`, with their sound; as many tokens as that makes."""
    films = [call.asset(video) for video in videos]
    _check_formats(call, films, "videos")
    seconds, spans = _spans(call, films, "videos", start_offset, end_offset)
    limits = call.spec.tables
    if seconds > limits["longest"]:
        call.refuse(f"the videos last {seconds:.0f} s in all, at most {limits['longest']} s can be analysed at once")
    rate = limits["tokens_per_frame"][media_resolution] * fps + limits["tokens_per_second_of_sound"]
    read = seconds * rate
    sights = _sights(call, films, spans)
    latency = call.spec.latency
    wait = latency["base"] + latency["per_second"] * seconds
    return _answer(call, "video", sights, question, analysis_type, language, read, wait)


def tool_audio_analysis(
    call: Invocation,
    *,
    audios: list[str],
    question: str,
    analysis_type: str,
    timestamps: bool,
    start_offset: float,
    end_offset: float | None,
    language: str,
) -> ToolResult:
    """Gemini on sounds, and on the sound of films: 32 tokens a second."""
    sounds = [call.asset(audio) for audio in audios]
    for index, asset in enumerate(sounds):
        if not asset.has_audio and asset.kind == "video":
            call.refuse(f"$.audios[{index}]: {asset.url} has no audio stream")
    _check_formats(call, sounds, "audios")
    seconds, spans = _spans(call, sounds, "audios", start_offset, end_offset)
    read = seconds * call.spec.tables["tokens_per_second"]
    sights = _sights(call, sounds, spans, ears_only=True)
    latency = call.spec.latency
    wait = latency["base"] + latency["per_second"] * seconds
    return _answer(call, "audio", sights, question, analysis_type, language, read, wait, timestamps)


def tool_image_analysis(
    call: Invocation, *, images: list[str], question: str, analysis_type: str, language: str
) -> ToolResult:
    """Gemini on pictures: small ones as one tile, others in tiles of 768 pixels."""
    pictures = [call.asset(image) for image in images]
    _check_formats(call, pictures, "images")
    limits = call.spec.tables
    tiles = sum([_tiles(picture, limits["small_side"], limits["tile_side"]) for picture in pictures])
    sights = _sights(call, pictures, None)
    latency = call.spec.latency
    wait = latency["median"] + latency["per_extra_image"] * (len(pictures) - 1)
    return _answer(call, "image", sights, question, analysis_type, language, tiles * limits["tokens_per_tile"], wait)


def _tiles(picture: Asset, small: int, side: int) -> int:
    if picture.width <= small and picture.height <= small:
        return 1
    return -(-picture.width // side) * -(-picture.height // side)


def _check_formats(call: Invocation, assets: Sequence[Asset], name: str) -> None:
    """The service does not read GIF, neither as a picture nor as a film."""
    unread = call.spec.tables["unread_formats"]
    for index, asset in enumerate(assets):
        if asset.mime in unread:
            message = f"$.{name}[{index}]: Unsupported MIME type: {asset.mime} ({asset.url})"
            call.refuse(message, "UNSUPPORTED_FORMAT", "INVALID_ARGUMENT", 415)


def _spans(
    call: Invocation, assets: Sequence[Asset], name: str, start: float, end: float | None
) -> tuple[float, list[tuple[float, float]] | None]:
    """Return how many seconds are analysed in all, and from when to when of each asset (None: all of it)."""
    if start == 0 and end is None:
        return sum([asset.duration for asset in assets]), None
    if end is not None and end <= start:
        call.refuse(f"$.end_offset: {end:g} s does not lie after start_offset ({start:g} s)")
    spans = []
    for index, asset in enumerate(assets):
        length, slack = asset.duration, asset.fps[1] / asset.fps[0] if asset.n_frames else ROUNDING
        if start >= length:
            call.refuse(f"$.start_offset: {start:g} s lies outside {name}[{index}], which lasts {length:.2f} s")
        if end is not None and end > length + slack:
            call.refuse(f"$.end_offset: {end:g} s lies outside {name}[{index}], which lasts {length:.2f} s")
        spans.append((float(start), length if end is None else min(float(end), length)))
    return sum([stop - begin for begin, stop in spans]), spans


def _sights(
    call: Invocation, assets: Sequence[Asset], spans: list[tuple[float, float]] | None, ears_only: bool = False
) -> tuple[Sight, ...]:
    workspace = call.workspace
    sights = [observe(asset, workspace) for asset in assets]
    if ears_only:
        sights = [heard_only(sight) for sight in sights]
    if spans is not None:
        sights = [between(sight, *span) for sight, span in zip(sights, spans, strict=True)]
    return tuple(sights)


def _answer(
    call: Invocation,
    domain: Domain,
    sights: tuple[Sight, ...],
    question: str,
    kind: str,
    language: str,
    read: float,
    wait: float,
    stamped: bool = False,
) -> ToolResult:
    """Answer the question, with a wrong detail now and then, and bill what was read and written."""
    spec = call.spec
    n_input = ceil(read + tokens(question))
    if n_input > spec.tables["most_tokens"]:
        message = f"The input token count ({n_input}) exceeds the maximum number of tokens allowed ({spec.tables['most_tokens']})."
        call.refuse(message, code="INVALID_ARGUMENT")
    questions = route(question, language, domain)
    luck = _luck(call) if needs_luck(questions, kind) else Luck()
    reply = compose(questions, sights, kind, luck, stamped)
    flaws: tuple[str, ...] = ()
    if call.quirk("wrong_detail"):
        wrong = mistaken(questions, sights, kind, luck, stamped, reply, call.draws[3])
        if wrong is not None:
            flaws, reply = (f"wrong_detail:{wrong[0]}",), wrong[1]
    price, latency = spec.price, spec.latency
    n_output = price["thought_tokens"] + reply.tokens
    cost = (n_input * price["input_per_million"] + n_output * price["output_per_million"]) / 1e6
    data: dict[str, Any] = {"answer": reply.answer}
    if reply.data:
        data |= _fresh(reply.data)
    data["usage"] = {"input_tokens": n_input, "output_tokens": n_output}
    return call.done(data=data, latency=(wait, wait * latency["p95"] / latency["median"]), cost=cost, flaws=flaws)


def _fresh(data: dict[str, Any]) -> dict[str, Any]:
    """Copy the data of a reply, which others may get as well."""
    return {
        name: [{**one} if type(one) is dict else one for one in value] if type(value) is list else value
        for name, value in data.items()
    }


def _luck(call: Invocation) -> Luck:
    """Draw the spread of scores (at most 0.2) and the error of a guessed tempo (at most 8 %, small ones likelier)."""
    draws = call.draws
    return Luck(int(draws[1] * 5) - 2, round(8 * (draws[2] + draws[4] - 1)))
