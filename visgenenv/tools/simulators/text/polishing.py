"""Polishing a storyboard: each focus puts one thing in order, and doing it again finds little or nothing to do."""

from __future__ import annotations

import re
from functools import lru_cache

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.text.boards import (
    Board,
    board_of,
    differences,
    document_of,
    steps_of,
    total_of,
    written,
)
from visgenenv.tools.simulators.text.foci import (
    FOCUSES,
    ORDER,
    PROMPTS,
    Desk,
    enter,
    fitting,
    tighten,
    with_phrase,
    work_in,
)
from visgenenv.tools.simulators.text.prose import MARKS, sentences
from visgenenv.tools.simulators.text.scripts import Written, share
from visgenenv.tools.simulators.text.wishes import Wishes, read_wishes
from visgenenv.tools.simulators.text.writing import cited_text, words, write, writing_time
from visgenenv.tools.spec import ToolSpec
from visgenenv.types import ToolResult

_COUNT = re.compile(r"\b(\d{1,2})\s+shots\b|(\d{1,2})\s*个(?:镜头|分镜)")
_FEWER = re.compile(r"\b(?:fewer|less)\s+shots\b|\bmerge\b|减少镜头|合并", re.IGNORECASE)
_MORE = re.compile(r"\bmore shots\b|\bsplit\b|增加镜头|拆分", re.IGNORECASE)
_QUICK = re.compile(r"\b(?:faster|quicker|shorter|brisk(?:er)?|snappier)\b|更快|加快|更短|缩短|紧凑", re.IGNORECASE)
_SLOW = re.compile(r"\b(?:slower|longer|calmer|lengthen)\b|更慢|放慢|更长|延长|舒缓", re.IGNORECASE)
_EMPTY_WISH = re.compile(
    r"\b(?:polish|improve|refine|better|storyboard|it|the|please|this|everything|overall|make)\b|[润优改][色化进]|分镜|更好|一下|请"
)
_STRETCH = 0.15
"""By how much a storyboard becomes shorter or longer when that is asked for."""
_MOST_CHANGE = 0.2


def tool_storyboard_polish(
    call: Invocation,
    *,
    storyboard: str,
    instruction: str,
    focus: list[str],
    keep_shot_count: bool,
    keep_total_duration: bool,
) -> ToolResult:
    """Rework a storyboard's shots; the old one stays as it is."""
    source = cited_text(call)
    words(call, instruction, None)
    board = board_of(call, storyboard, source)
    done = polish(call.spec, board, instruction.strip(), tuple(focus), keep_shot_count, keep_total_duration)
    wait = writing_time(call, len(board.shots))
    asset = write(call, done.text, "storyboard")
    return call.done(asset, data=done.told(), latency=wait, cost=_price(call, len(board.shots)))


def _price(call: Invocation, shots: int) -> float:
    """Return the bill of a storyboard's tokens, once in and once out."""
    price = call.spec.price
    return float(price["fixed"] + price["per_shot"] * shots)


@lru_cache(128)
def polish(
    spec: ToolSpec, board: Board, instruction: str, focus: tuple[str, ...], keep_count: bool, keep_total: bool
) -> Written:
    """Return the new storyboard, and what is different.

    Args:
        spec: The document, whose tables hold framings, movements and details.
        board: The storyboard as it was.
        instruction: What to change, in words.
        focus: What to put in order; empty: what the instruction names.
        keep_count: Whether the shots and their ids stay.
        keep_total: Whether the length stays exactly; otherwise within 20 %.
    """
    tables = spec.tables
    shots = [{**shot, "characters": list(shot["characters"])} for shot in board.shots]
    wishes = read_wishes(instruction)
    wanted = focus or _focus_in(instruction, tables["focus_words"])
    if wishes == Wishes(shorter=wishes.shorter) and not _focus_in(instruction, tables["focus_words"]):
        wishes = Wishes(add=_whole_wish(instruction), shorter=wishes.shorter)
    desk = Desk(shots, tables, board.lang, wishes, steps_of(board.shots, tables["durations"]), total_of(shots))
    work_in(desk, instruction)
    if not keep_count:
        _recount(desk, instruction)
    if not keep_total:
        _retime(desk, instruction)
    for name in ORDER:
        if name in (wanted or tables["usual_focus"]):
            FOCUSES[name](desk)
    if "dialogue" in wanted:
        tighten(desk)
    document = document_of(board, desk.shots)
    listed = board.document["shots"]
    old = [{**shot, "shot_id": own["shot_id"]} for shot, own in zip(listed, board.shots, strict=True)]
    data = {**document, "changes": differences(old, desk.shots)}
    return Written(data, written(document))


def _focus_in(instruction: str, table: dict[str, str]) -> tuple[str, ...]:
    """Return what an instruction puts the weight on, by its words."""
    text = instruction.lower()
    return tuple([name for name, marks in table.items() if any(mark in text for mark in marks.split("|"))])


def _whole_wish(instruction: str) -> tuple[str, ...]:
    """Take an instruction in which no single wish was recognised as one wish, unless it only asks for "better"."""
    first = (sentences(instruction) or [instruction])[0].strip(MARKS)
    said = _EMPTY_WISH.sub("", first.lower()).strip(MARKS)
    return (first[:80].strip(),) if len(said) > 2 and not (_QUICK.search(first) or _SLOW.search(first)) else ()


def _recount(desk: Desk, instruction: str) -> None:
    """Merge or split shots where the instruction asks for fewer, more, or a number of them."""
    match = _COUNT.search(instruction)
    n = len(desk.shots)
    wanted = int(match[1] or match[2]) if match else n - 1 if _FEWER.search(instruction) else n
    wanted = n + 1 if not match and wanted == n and _MORE.search(instruction) else wanted
    wanted = min(max(wanted, 1), 60)
    while len(desk.shots) > wanted:
        _merge_two(desk)
    while len(desk.shots) < wanted and _split_one(desk):
        pass
    desk.allowed = steps_of(tuple(desk.shots), desk.tables["durations"])


def _merge_two(desk: Desk) -> None:
    """Join the shortest pair of neighbours into the first of the two."""
    shots = desk.shots
    i = min(range(len(shots) - 1), key=lambda i: shots[i]["duration"] + shots[i + 1]["duration"])
    first, second = shots[i], shots.pop(i + 1)
    joint = " " if desk.lang == "en" else ""
    first["duration"] += second["duration"]
    first["dialogue"] = joint.join(filter(None, (first["dialogue"], second["dialogue"])))
    if second["action"] not in first["action"]:
        first["action"] = f"{first['action']}{'; ' if desk.lang == 'en' else '；'}{second['action']}"
    first["characters"] = list(dict.fromkeys([*first["characters"], *second["characters"]]))


def _split_one(desk: Desk) -> bool:
    """Part the longest shot in two halves; not if they would last less than half a second."""
    shots = desk.shots
    i = max(range(len(shots)), key=lambda i: (shots[i]["duration"], -i))
    half = round(shots[i]["duration"] / 2, 3)
    if half < 0.5:
        return False
    lines = sentences(shots[i]["dialogue"])
    joint = " " if desk.lang == "en" else ""
    new = {
        **shots[i],
        "shot_id": max(shot["shot_id"] for shot in shots) + 1,
        "characters": list(shots[i]["characters"]),
    }
    new["duration"] = round(shots[i]["duration"] - half, 3)
    new["dialogue"] = joint.join(lines[(len(lines) + 1) // 2 :])
    shots[i]["dialogue"] = joint.join(lines[: (len(lines) + 1) // 2])
    shots[i]["duration"] = half
    again = desk.words("again")
    for field in ("action", *PROMPTS):
        new[field] = with_phrase(new[field], again, desk.lang)
    shots.insert(i + 1, new)
    return True


def _retime(desk: Desk, instruction: str) -> None:
    """Make the whole shorter or longer where the instruction asks for it, within the limit of 20 %."""
    factor = 1 - _STRETCH if _QUICK.search(instruction) else 1 + _STRETCH if _SLOW.search(instruction) else 1.0
    if factor == 1.0:
        return
    weights = [max(round(shot["duration"] * 1000), 1) for shot in desk.shots]
    total = round(desk.total * factor, 1)
    durations = fitting(desk, total, weights) if desk.allowed else share(total, weights)
    if durations and abs(sum(durations) - desk.total) <= _MOST_CHANGE * desk.total:
        enter(desk, durations)
