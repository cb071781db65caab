"""The expert that looks twice: it inspects what it has made, writes down what it saw, reworks what is flawed.

What is seen comes from the analysis tools on offer; where there is none, from what a result says of itself (its kind,
its length, its warnings). Every verdict is written into the next turn's `<reflect>` (specification 3.2).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from visgenenv.policies.workflows.job import Job, plainly
from visgenenv.policies.workflows.lookups import inspection, looker
from visgenenv.policies.workflows.reports import defects_in
from visgenenv.policies.workflows.turns import Call, Picture, Result, Turn, Way, Wish, Work, obtain
from visgenenv.policies.workflows.words import say

ROUNDS = 2
"""A file is reworked so often at most; what is still flawed then is used as it is, and said."""
_PROMPTED = ("image", "video")

Stage = Generator[Turn, list[Result], Any]


class Finding(Struct):
    """One file that was looked at: where it stands in the results, from which call, and what is wrong with it."""

    asset: Picture
    place: tuple[int, int]
    call: Call
    defects: list[str] = field(default_factory=list)
    action: str = "accept"

    def record(self) -> dict[str, Any]:
        verdict = "defect" if self.defects else "ok"
        return {"asset": self.asset["url"], "verdict": verdict, "defects": self.defects, "action": self.action}


class _Notes(Struct):
    """Verdicts not yet written down, and how often was looked."""

    records: list[dict[str, Any]] = field(default_factory=list)
    said: str = ""
    looks: int = 0


def reflectively(job: Job) -> Work:
    """Do the job as at its best, and look at every picture and film before going on."""
    inner = plainly(job)
    turn = next(inner)
    notes = _Notes()
    while turn.answer is None:
        results = yield _with_notes(turn, notes, job)
        results = yield from _inspected(turn, results, notes, job)
        turn = inner.send(results)
    yield _with_notes(turn, notes, job)


def _with_notes(turn: Turn, notes: _Notes, job: Job) -> Turn:
    """Add to a turn the verdicts that are waiting to be written down."""
    if not notes.records:
        return turn
    reflect, said = tuple(notes.records), notes.said
    notes.records, notes.said = [], ""
    return replace(turn, reflect=reflect, think=say("seen", job.lang, said=said, think=turn.think))


def _inspected(turn: Turn, results: list[Result], notes: _Notes, job: Job) -> Stage:
    """Look at what a turn has made, rework what is flawed, and return the results with the better files in place."""
    found = [
        Finding(asset, (number, place), call)
        for number, (call, result) in enumerate(zip(turn.calls, results, strict=False))
        for place, asset in enumerate(result.get("assets") or () if result.get("status") == "success" else ())
        if asset.get("kind") in _PROMPTED
    ]
    for kind in _PROMPTED:
        group = [one for one in found if one.asset["kind"] == kind]
        tool, most = looker(kind)
        for start in range(0, len(group), most) if job.offer.has(tool) else ():
            results = yield from _put_right(group[start : start + most], kind, results, notes, job)
    for one in found:
        notes.records.append(one.record())
    if found:
        ill = sum(bool(one.defects) for one in found)
        seen = any(job.offer.has(looker(one.asset["kind"])[0]) for one in found)
        key = "unseen" if not seen else "some_ill" if ill else "all_well"
        notes.said = say(key, job.lang, n=len(found), bad=ill)
    return results


def _put_right(group: list[Finding], kind: str, results: list[Result], notes: _Notes, job: Job) -> Stage:
    """Look, look again at what seems flawed, rework it, and look at that."""
    notes.looks += 1
    think = say("looking", job.lang, k=notes.looks, tool=looker(kind)[0], n=len(group))
    yield from _look(group, kind, "question_quality", think, job)
    ill = [one for one in group if one.defects]
    if ill:
        think = say("asking_again", job.lang, what=_told(ill, job))
        yield from _look(ill, kind, "question_again", think, job)
    for round_number in range(ROUNDS):
        ill = [one for one in ill if one.defects and _rework(one, job)]
        if not ill:
            break
        yield from _rework_all(ill, notes, job)
        for one in ill:
            results = _in_place(results, one)
        think = say("verifying", job.lang, k=round_number + 1, n=len(ill))
        yield from _look(ill, kind, "question_quality", think, job)
    return results


def _look(group: Sequence[Finding], kind: str, question: str, think: str, job: Job) -> Stage:
    """Have files looked at and note what is wrong with each; without an answer nothing is known to be."""
    urls = [one.asset["url"] for one in group]
    (told,) = yield from obtain([inspection(urls, kind, say(question, job.lang), job.lang)], think, job.lang)
    issues = (told[0].get("data") or {}).get("issues") if told else ()
    answers = defects_in(issues or (), kind, len(group))
    for one, defects in zip(group, answers, strict=True):
        one.defects = defects


def _told(ill: Sequence[Finding], job: Job) -> str:
    return "; ".join(f"{one.asset['url']}: {', '.join(one.defects)}" for one in ill[:3])


def _rework(one: Finding, job: Job) -> Way | None:
    """Return the way to make a file anew without its defects: a picture is edited if it can be, else made again."""
    defect = ", ".join(one.defects)
    editors = job.offer.edit(say("mend", job.lang, defect=defect), one.asset["url"], job.brief.size)
    if one.asset["kind"] == "image" and editors:
        return editors[0]
    if "prompt" not in one.call.arguments:
        return None
    words = say("without", job.lang, prompt=str(one.call.arguments["prompt"]), defect=defect)
    arguments = {**one.call.arguments, "prompt": words}
    return Way(one.call.name, {k: v for k, v in arguments.items() if k not in ("n", "num_images")}, "prompt")


def _rework_all(ill: Sequence[Finding], notes: _Notes, job: Job) -> Stage:
    """Rework several files at once, with the verdicts that say why."""
    ways = [_rework(one, job) for one in ill]
    wishes = [Wish(one.asset["url"], (way,)) for one, way in zip(ill, ways, strict=True) if way]
    for one, way in zip(ill, ways, strict=True):
        one.action = "edit" if way and "image_edit" in way.name and way.name != one.call.name else "regenerate"
        notes.records.append(one.record())
    notes.said = say("found_ill", job.lang, n=len(ill))
    think = say("reworking", job.lang, what=_told(ill, job), n=len(ill))
    work = obtain(wishes, think, job.lang)
    turn = next(work)
    while True:
        results = yield _with_notes(turn, notes, job)
        try:
            turn = work.send(results)
        except StopIteration as stop:
            made: list[list[Picture]] = stop.value
            break
    for one, pictures in zip(ill, made, strict=True):
        if pictures:
            one.asset, one.defects, one.action = pictures[0], [], "accept"


def _in_place(results: list[Result], one: Finding) -> list[Result]:
    """Return the results with one file replaced by its better version."""
    number, place = one.place
    result = results[number]
    assets = [one.asset if k == place else asset for k, asset in enumerate(result["assets"])]
    return [{**result, "assets": assets} if k == number else other for k, other in enumerate(results)]
