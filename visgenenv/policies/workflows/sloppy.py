"""The expert in a hurry: it delivers, but misreads the request in one or two points, and checks nothing."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from visgenenv.policies.brief import Brief
from visgenenv.policies.expert_items import Item
from visgenenv.policies.workflows.chance import Chance
from visgenenv.policies.workflows.craft import about
from visgenenv.policies.workflows.job import Job, plainly
from visgenenv.policies.workflows.turns import Step, Turn, Work
from visgenenv.policies.workflows.words import say

SECOND_SLIP = 0.35
"""Probability of a second slip, where there is another to make."""
HASTY_PLAN = 0.3
"""Probability that a film's plan leaves out what its steps rest on."""
BRAGGING = 0.5
"""Probability that everything made is handed over, whether asked for or not."""

Slip = Callable[[Brief, Chance], Brief]


def sloppily(job: Job) -> Work:
    """Do the job as a brief that misses something says."""
    brief = job.brief
    chance = job.chance
    wanted = slips(brief)
    for name in chance.several("slips", sorted(wanted), 1 + chance.happens("second slip", SECOND_SLIP)):
        brief = wanted[name](brief, chance)
    inner = plainly(Job(brief, job.offer, job.lang, chance))
    turn, seen = next(inner), list[str]()
    if turn.answer is not None:  # without the reference there is no way at all
        inner = plainly(job)
        turn = next(inner)
    while turn.answer is None:
        results = yield _in_a_hurry(turn, job)
        seen += [asset["url"] for result in results for asset in result.get("assets") or ()]
        turn = inner.send(results)
    yield _boastful(turn, seen, job)


def _in_a_hurry(turn: Turn, job: Job) -> Turn:
    """Plan without saying what rests on what, sometimes in one line."""
    if turn.plan is None:
        return turn
    plan = turn.plan
    if len(plan) > 1 and job.chance.happens("hasty plan", HASTY_PLAN):
        plan = tuple(Step(step.goal, step.tool, 1) for step in plan)
    return replace(turn, think=say("hurry", job.lang, think=turn.think), plan=plan)


def _boastful(turn: Turn, seen: list[str], job: Job) -> Turn:
    """Claim success, and hand over spare pictures with what was asked for."""
    answer = dict(turn.answer or {})
    if answer["answer_url_list"]:
        answer["task_status"] = "success"
        if job.chance.happens("bragging", BRAGGING):
            spare = [url for url in seen if url.startswith("asset://img_") and url not in answer["answer_url_list"]]
            answer["answer_url_list"] = [*answer["answer_url_list"], *spare[:1]]
    return replace(turn, think=say("quick", job.lang), answer=answer)


def slips(brief: Brief) -> dict[str, Slip]:
    """Return what can be missed in this request, by name."""
    found: dict[str, Slip] = {"look": _vague}
    if brief.group or brief.recurring:
        found["reference"] = _without_reference
    if brief.count > 1 or (brief.shots or 0) > 1:
        found["number"] = _miscounted
    if brief.seconds is not None:
        found["length"] = _mistimed
    if brief.size is not None:
        found["shape"] = lambda brief, chance: replace(brief, size=None)
    for name in ("music", "voice", "effects", "subtitle"):
        if getattr(brief, name):
            found[name] = _without(name)
    return found


def _without(name: str) -> Slip:
    return lambda brief, chance: replace(brief, **{name: False})


def _without_reference(brief: Brief, chance: Chance) -> Brief:
    """Draw every picture from words alone, even where the user has brought one."""
    uploads = tuple(url for url in brief.uploads if not url.startswith("asset://img_"))
    return replace(brief, group="", recurring="", uploads=uploads)


def _miscounted(brief: Brief, chance: Chance) -> Brief:
    """Make one or two too few, or one too many."""
    shots = brief.shots if brief.count == 1 else None
    n = shots or brief.count
    wrong = max(1, n + chance.pick("miscount", (-1, -1, -2, 1)))
    items = brief.items[:wrong] if len(brief.items) == n else ()
    if len(items) < wrong and items:
        items = (*items, Item(about(brief)))
    if shots:
        return replace(brief, shots=wrong, items=items or brief.items)
    return replace(brief, count=wrong, items=items, each=1)


def _mistimed(brief: Brief, chance: Chance) -> Brief:
    """Forget the length, or halve it."""
    if chance.happens("no length", 0.3):
        return replace(brief, seconds=None, per_item=False)
    return replace(brief, seconds=round((brief.seconds or 0.0) * chance.pick("length", (0.5, 0.6, 0.7, 1.3)), 1))


def _vague(brief: Brief, chance: Chance) -> Brief:
    """Keep the gist and forget what the pictures were to show, where, and in which style."""
    words = about(brief)
    half = words[: len(words) // 2]
    gist = (half.rpartition(" ")[0] if words.isascii() else half).rstrip(" ,;:、")
    items = tuple(replace(item, text=f"{gist or words} {k}") for k, item in enumerate(brief.items, 1))
    return replace(brief, subject=gist or words, scene="", style="", items=items)
