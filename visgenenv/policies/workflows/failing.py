"""The expert failing, in the ways in which agents do fail: giving up, talking, citing the wrong thing, going in circles."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import orjson

from visgenenv.policies.workflows.craft import about, prompt
from visgenenv.policies.workflows.job import Job, plainly
from visgenenv.policies.workflows.slips import slip_in
from visgenenv.policies.workflows.turns import Call, Result, Turn, Work
from visgenenv.policies.workflows.words import say

LOOPS = (5, 12)
"""Fewest and most repetitions of a call that cannot succeed."""
ENDLESS = 1_000
"""More turns than any environment allows."""
_STYLES = ("prose", "unclosed", "broken")


def failing(job: Job) -> Work:
    """Fail at the job, in a way that it allows."""
    film = job.brief.modality == "video"
    ways: dict[str, tuple[float, Callable[[Job], Work]]] = {
        "gives up": (1.0, _give_up),
        "only plans": (1.0, _only_plan),
        "cites something else": (2.0 if film else 1.0 if job.brief.picture else 0.0, _cite_something_else),
        "makes up a link": (1.0, _make_up),
        "goes in circles": (1.5, _go_in_circles),
        "never ends": (0.5, _never_end),
        "makes up tools": (1.0, _make_up_tools),
        "breaks the form": (1.0, _break_form),
    }
    place = job.chance.unit("failure") * sum(weight for weight, _ in ways.values())
    for weight, way in ways.values():
        if place < weight:
            return way(job)
        place -= weight
    return _give_up(job)


def _answer(
    job: Job, think: str, urls: Sequence[str] = (), key: str = "summary_gave_up", status: str = "failed"
) -> Turn:
    summary = say(key, job.lang, subject=about(job.brief))
    return Turn(say(think, job.lang), answer={"task_status": status, "answer_url_list": list(urls), "summary": summary})


def _give_up(job: Job) -> Work:
    """Answer at once that it cannot be done."""
    yield _answer(job, "give_up")


def _only_plan(job: Job) -> Work:
    """Write the plan and take it for the work."""
    first = next(plainly(job))
    yield Turn(first.think, plan=first.plan)
    yield _answer(job, "enough_planned", key="summary_planned", status="success")


def _cite_something_else(job: Job) -> Work:
    """Hand over keyframes for a film, or the user's own picture."""
    urls: list[str] = []
    inner = plainly(job)
    turn = next(inner)
    while turn.answer is None and not urls:
        results = yield turn
        made = [asset["url"] for result in results for asset in result.get("assets") or ()]
        urls = [url for url in made if url.startswith("asset://img_")] if job.brief.modality == "video" else []
        if made and job.brief.modality == "image":
            break
        turn = inner.send(results)
    own = urls or list(job.brief.uploads[:1])
    think = "half_way" if urls else "own_file"
    yield _answer(job, think, own, "summary_half", "success") if own else _answer(job, "give_up")


def _make_up(job: Job) -> Work:
    """Cite a link that no tool has returned, after some work or none."""
    turn = next(plainly(job))
    if job.chance.happens("some work", 0.6):
        yield turn
    else:
        yield Turn(turn.think, plan=turn.plan)
    prefix, extension = ("vid", "mp4") if job.brief.modality == "video" else ("img", "png")
    name = "".join(job.chance.pick(f"letter {k}", "abcdefghijklmnopqrstuvwxyz0123456789") for k in range(8))
    yield _answer(job, "made_up", [f"asset://{prefix}_{name}.{extension}"], "summary_half", "success")


def _go_in_circles(job: Job) -> Work:
    """Make the same wrong call again and again, and give up in the end."""
    turn = next(plainly(job))
    if not turn.calls:
        yield turn
        return
    slip = slip_in(turn.calls[0], job.offer, job.chance, "circle")
    calls = (slip.call if slip else turn.calls[0],)
    yield Turn(turn.think, calls, turn.plan)
    low, high = LOOPS
    for _ in range(low + int(job.chance.unit("circles") * (high - low + 1))):
        yield Turn(say("again", job.lang), calls)
    yield _answer(job, "give_up")


def _never_end(job: Job) -> Work:
    """Go on making, or listing, until there are no turns left."""
    turn = next(plainly(job))
    yield turn
    listing = job.offer.has("tool_task_manager")
    for k in range(2, ENDLESS):
        if listing:
            todo = {"id": str(k), "content": about(job.brief)[:200] or "...", "status": "in_progress"}
            yield Turn(say("to_do", job.lang, k=k), (Call("tool_task_manager", {"todos": [todo]}),))
        elif turn.calls:
            call = turn.calls[0]
            words = {name: f"{value} ({k})" for name, value in call.arguments.items() if name in ("prompt", "text")}
            yield Turn(say("once_more", job.lang, k=k), (Call(call.name, {**call.arguments, **words}),))
        else:
            yield turn


def _make_up_tools(job: Job) -> Work:
    """Call tools that ought to exist."""
    turn = next(plainly(job))
    names = (
        ["tool_film_maker", "tool_auto_creator"] if job.brief.modality == "video" else ["tool_painter", "tool_art_pro"]
    )
    for k, name in enumerate([*names, "tool_finish"]):
        think = turn.think if not k else say("wrong_tool", job.lang, tool=name)
        yield Turn(think, (Call(name, {"prompt": prompt(job.brief)}),), turn.plan if not k else None)
    yield _answer(job, "give_up")


def _break_form(job: Job) -> Generator[Turn, list[Result], None]:
    """Write turns that cannot be read: prose, tags left open, calls that are no JSON."""
    turn = next(plainly(job))
    style = job.chance.pick("style", _STYLES)
    for k in range(3):
        yield Turn(turn.think, raw=_unreadable(style, turn, k))
    yield _answer(job, "give_up") if style == "broken" else Turn(turn.think, raw=say("summary_gave_up", job.lang))
    for k in range(3, ENDLESS):
        yield Turn(turn.think, raw=_unreadable(style, turn, k))


def _unreadable(style: str, turn: Turn, k: int) -> str:
    call: dict[str, Any] = {"name": turn.calls[0].name, "arguments": turn.calls[0].arguments} if turn.calls else {}
    body = orjson.dumps(call).decode()
    if style == "prose":
        return f"{turn.think} ({k + 1})"
    if style == "unclosed":
        return f"<think>\n{turn.think} ({k + 1})\n\n<tool_call>\n{body}"
    return f"<think>\n{turn.think} ({k + 1})\n</think>\n\n<tool_call>\n{body[:-2]}\n</tool_call>"
