"""Merging a script with its storyboard: which words are spoken over which shot, and when."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from msgspec import Struct

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.text.boards import (
    Board,
    Shot,
    Unreadable,
    check_subtype,
    document_of,
    read_board,
    steps_of,
    total_of,
    written,
)
from visgenenv.tools.simulators.text.foci import Desk, tightened, work_in
from visgenenv.tools.simulators.text.prose import Lang, language, length, sentences
from visgenenv.tools.simulators.text.reading import Script, read_script
from visgenenv.tools.simulators.text.scripts import Written
from visgenenv.tools.simulators.text.wishes import read_wishes
from visgenenv.tools.simulators.text.writing import text_of, write, writing_time
from visgenenv.tools.spec import ToolSpec
from visgenenv.types import ToolResult

_SLACK = 0.5
"""Seconds by which script and storyboard may differ in length without a word about it."""
_CUE = {"en": 84, "zh": 30}
"""Characters of one subtitle."""
_TOKEN = re.compile(r"[\u3400-\u9fff]|[a-z0-9']+")


class Fit(Struct):
    """What a merging works with."""

    shots: list[Shot]
    narrations: list[str]
    rate: float
    lang: Lang
    allowed: list[int]
    mismatches: list[dict[str, Any]]

    def seconds(self, i: int) -> float:
        """Return how long a speaker needs for the words over a shot."""
        return round(length(self.narrations[i], self.lang) / self.rate, 2)

    def note(self, kind: str, message: str, resolved: bool, shot: int | None = None) -> None:
        where = {} if shot is None else {"shot_id": self.shots[shot]["shot_id"]}
        self.mismatches.append({"kind": kind, **where, "message": message, "resolved": resolved})


def tool_script_storyboard_merge(
    call: Invocation, *, script: str, storyboard: str, instruction: str = "", align_by: str, on_mismatch: str
) -> ToolResult:
    """Give every shot the words that are spoken over it, and make the two fit; both sources stay as they are."""
    sources = call.asset(script), call.asset(storyboard)
    check_subtype(call, "script", sources[0])
    check_subtype(call, "storyboard", sources[1])
    known = read_board(text_of(sources[1]))
    if isinstance(known, Unreadable):
        call.refuse(str(known))
    done = merge(call.spec, text_of(sources[0]), text_of(sources[1]), instruction.strip(), align_by, on_mismatch)
    wait = writing_time(call, len(known.shots))
    asset = write(call, done.text, "storyboard")
    price = call.spec.price
    return call.done(asset, data=done.told(), latency=wait, cost=price["fixed"] + price["per_shot"] * len(known.shots))


@lru_cache(128)
def merge(
    spec: ToolSpec, script_text: str, board_text: str, instruction: str, align_by: str, on_mismatch: str
) -> Written:
    """Return the merged storyboard, its timeline, and what did not fit.

    Args:
        spec: The document, whose tables hold speech rates and the lengths video models can make.
        script_text: The script's text.
        board_text: The text of a readable storyboard.
        instruction: Worked into the shots as polishing does.
        align_by: `scene` (in order), `time` (what is spoken while a shot is on screen) or `dialogue` (shared words).
        on_mismatch: Who gives way where words are longer than their shot.
    """
    board, tables = read_board(board_text), spec.tables
    if isinstance(board, Unreadable):
        raise TypeError(f"not a storyboard: {board}")
    lang = language(script_text)
    script = read_script(script_text, lang)
    shots = [{**shot, "characters": list(shot["characters"])} for shot in board.shots]
    allowed = steps_of(board.shots, tables["durations"])
    if instruction:
        work_in(Desk(shots, tables, board.lang, read_wishes(instruction), allowed, total_of(shots)), instruction)
    narrations = _ALIGNMENTS[align_by](script, shots, lang)
    fit = Fit(shots, narrations, tables["speech_rate"][lang], lang, allowed, [])
    _compare(fit, script, board, resolved=on_mismatch != "report")
    _GIVING_WAY[on_mismatch](fit)
    for i, shot in enumerate(shots):
        shot["narration"], shot["narration_duration"] = fit.narrations[i], fit.seconds(i)
    timeline = _timeline(shots)
    document = document_of(board, shots, timeline=timeline)
    data = {**document, "mismatches": fit.mismatches, **_spoken(fit, timeline)}
    return Written(data, written(document))


def _by_scene(script: Script, shots: list[Shot], lang: Lang) -> list[str]:
    """Spread the scenes over the shots in order: a scene over several shots, or several scenes over one."""
    parts, n = [part.said or part.seen for part in script.parts], len(shots)
    count = len(parts)
    joint = " " if lang == "en" else ""
    if count >= n:
        return [joint.join(filter(None, parts[i * count // n : (i + 1) * count // n])) for i in range(n)]
    owners = [i * count // n for i in range(n)]
    narrations: list[str] = []
    for j, words in enumerate(parts):
        seconds = [shots[i]["duration"] for i in range(n) if owners[i] == j]
        narrations += _parted(words, seconds, lang)
    return narrations


def _parted(words: str, seconds: list[float], lang: Lang) -> list[str]:
    """Share out the sentences of one scene over its shots, to each by its length."""
    lines, joint = sentences(words), " " if lang == "en" else ""
    whole, total = sum(length(line, lang) for line in lines) or 1, sum(seconds)
    groups: list[list[str]] = [[] for _ in seconds]
    spoken, at, until = 0, 0, seconds[0]
    for line in lines:
        size = length(line, lang)
        while at < len(seconds) - 1 and (spoken + size / 2) / whole > until / total:
            at += 1
            until += seconds[at]
        groups[at].append(line)
        spoken += size
    return [joint.join(group) for group in groups]


def _by_time(script: Script, shots: list[Shot], lang: Lang) -> list[str]:
    """Put every sentence over the shot that is on screen at that share of the whole."""
    joint = " " if lang == "en" else ""
    words = joint.join(filter(None, [part.said or part.seen for part in script.parts]))
    return _parted(words, [shot["duration"] for shot in shots], lang)


def _by_dialogue(script: Script, shots: list[Shot], lang: Lang) -> list[str]:
    """Put every scene over the shot that speaks or shows most of its words, never before the scene before it."""
    joint = " " if lang == "en" else ""
    heard = [set(_TOKEN.findall(f"{shot['dialogue']} {shot['action']}".lower())) for shot in shots]
    groups: list[list[str]] = [[] for _ in shots]
    at, count, n = 0, len(script.parts), len(shots)
    for j, part in enumerate(script.parts):
        words = part.said or part.seen
        tokens = set(_TOKEN.findall(words.lower()))
        last = min(max(at, n - (count - j)) + 1, n) if count <= n else n
        best = max(range(at, max(last, at + 1)), key=lambda i: (len(tokens & heard[i]), -abs(i * count - j * n)))
        groups[best].append(words)
        at = min(best + 1, n - 1) if count - j - 1 <= n - best - 1 else best
    return [joint.join(filter(None, group)) for group in groups]


_ALIGNMENTS = {"scene": _by_scene, "time": _by_time, "dialogue": _by_dialogue}


def _compare(fit: Fit, script: Script, board: Board, resolved: bool) -> None:
    """Note where the script and the storyboard differ as wholes."""
    scenes, shots = len(script.parts), len(board.shots)
    if scenes != shots:
        fit.note("scene_count", f"the script has {scenes} scenes, the storyboard {shots} shots", resolved)
    total = total_of(fit.shots)
    if script.seconds and abs(script.seconds - total) > _SLACK:
        fit.note("duration", f"the script lasts {script.seconds:g} s, the storyboard {total:g} s", resolved)


def _adjust_storyboard(fit: Fit) -> None:
    """Lengthen shots until their words fit; what the longest possible shot cannot hold goes on in the next one."""
    last = len(fit.shots) - 1
    for i, shot in enumerate(fit.shots):
        most = fit.allowed[-1] if fit.allowed else 600.0
        if fit.seconds(i) > most and i < last:
            _hand_on(fit, i, most)
        needed = fit.seconds(i)
        if needed <= shot["duration"]:
            continue
        before = shot["duration"]
        longer = (
            next((each for each in fit.allowed if each >= needed), most) if fit.allowed else -(-needed * 10 // 1) / 10
        )
        shot["duration"] = float(min(max(longer, before), most))
        solved = needed <= shot["duration"]
        outcome = f"it now lasts {shot['duration']:g} s" if shot["duration"] > before else "it cannot last longer"
        message = f"{needed:g} s of words over a shot of {before:g} s; {outcome}"
        fit.note("narration_too_long", message, solved, i)


def _hand_on(fit: Fit, i: int, most: float) -> None:
    """Move the last sentences over a shot to the next one until the rest can be said in `most` seconds."""
    joint = " " if fit.lang == "en" else ""
    lines = sentences(fit.narrations[i])
    kept = len(lines)
    while kept > 1 and length(joint.join(lines[:kept]), fit.lang) / fit.rate > most:
        kept -= 1
    moved = joint.join(lines[kept:])
    if moved:
        fit.narrations[i] = joint.join(lines[:kept])
        fit.narrations[i + 1] = joint.join(filter(None, (moved, fit.narrations[i + 1])))


def _adjust_script(fit: Fit) -> None:
    """Tighten words until they fit over their shot."""
    for i, shot in enumerate(fit.shots):
        needed = fit.seconds(i)
        if needed > shot["duration"]:
            fit.narrations[i] = tightened(fit.narrations[i], shot["duration"] * fit.rate, fit.lang)
            message = f"{needed:g} s of words over a shot of {shot['duration']:g} s; tightened to {fit.seconds(i):g} s"
            fit.note("narration_too_long", message, fit.seconds(i) <= shot["duration"], i)


def _report(fit: Fit) -> None:
    for i, shot in enumerate(fit.shots):
        if fit.seconds(i) > shot["duration"]:
            message = f"{fit.seconds(i):g} s of words over a shot of {shot['duration']:g} s"
            fit.note("narration_too_long", message, False, i)


_GIVING_WAY = {"adjust_storyboard": _adjust_storyboard, "adjust_script": _adjust_script, "report": _report}


def _timeline(shots: list[Shot]) -> list[dict[str, Any]]:
    """Return when each shot is on screen, without gaps from 0 to the sum of the durations."""
    entries, now = [], 0.0
    for shot in shots:
        end = round(now + shot["duration"], 6)
        entries.append({"shot_id": shot["shot_id"], "start": now, "end": end})
        now = end
    return entries


def _spoken(fit: Fit, timeline: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the narration as tool_tts_composite and tool_subtitle_add_text take it."""
    segments, cues = [], []
    for i, entry in enumerate(timeline):
        words = fit.narrations[i].strip()
        if words:
            segments.append({"text": words[:1000], "start_time": entry["start"]})
            cues += _cues(words, entry["start"], min(entry["start"] + fit.seconds(i), entry["end"]), fit.lang)
    return {"segments": segments, "subtitles": cues}


def _cues(words: str, start: float, end: float, lang: Lang) -> list[dict[str, Any]]:
    """Part spoken words into subtitles of readable length that share the time by their own."""
    lines = [line for sentence in sentences(words) for line in _wrapped(sentence, _CUE[lang], lang)] or [words[:200]]
    whole, now, cues = sum(map(len, lines)), start, []
    for line in lines:
        stop = now + (end - start) * len(line) / whole
        cues.append({"text": line, "start_time": round(now, 3), "end_time": max(round(stop, 3), round(now, 3) + 0.001)})
        now = stop
    return cues


def _wrapped(sentence: str, width: int, lang: Lang) -> list[str]:
    """Cut a sentence into lines of at most about `width` characters, between words."""
    if len(sentence) <= width:
        return [sentence]
    pieces, joint = (sentence.split(), " ") if lang == "en" else (list(sentence), "")
    lines, line = [], ""
    for piece in pieces:
        if line and len(line) + len(joint) + len(piece) > width:
            lines.append(line)
            line = ""
        line = f"{line}{joint}{piece}" if line else piece[:200]
    return [*lines, line]
