"""A simulated review, in the place of VisionCreator's human experts: rules a careful reader of a demonstration would have.

None of them is part of the reward, so that what is kept has passed two judgements of different origin. A rule returns
the reader's objection, or an empty string.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

import orjson

from visgenenv.media.truth import recipe_truth
from visgenenv.rewards.facts import closure, delivered, ledger_of
from visgenenv.rewards.match import shot_recipes
from visgenenv.rewards.plan_reading import read_plan
from visgenenv.trajectory import Trajectory

LONGEST_THINK = {"en": 900, "zh": 450}
"""Characters of one turn's reasoning that a reader bears."""
REPEATED = 0.34
"""Share of a demonstration's sentences that may have been said before."""
FAILING = 0.34
"""Share of the calls that may fail."""
SAME_CALL = 3
"""So often the same call may be made at most."""
UNUSED = 0.34
"""Share of the made pictures, films and sounds that may end up in nothing delivered."""
PLACES_APART = 0.6
"""Share of the pictures or shots that must have a place of their own where the request wants different places."""

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_CITED = re.compile(r"(?:asset://)?\b(?:img|vid|aud|txt|sub|doc)_[0-9a-z]{8}\b\S*|\btool_\w+|\b[A-Z][A-Z_]{3,}\b")
_SENTENCE = re.compile(r"[^.!?;。！？；\n]+")


def review(record: Trajectory) -> tuple[str, ...]:
    """Return the names of the rules a finished record breaks; an empty tuple: it is fit to learn from.

    Example:
        >>> from visgenenv import ExpertPolicy, load_suite, rollout
        >>> review(rollout(ExpertPolicy(), [load_suite("paper")[1]], faults="none", progress=False)[0])
        ()
    """
    return tuple(name for name, rule in RULES.items() if rule(record))


def _language(record: Trajectory) -> str:
    """Reasoning, goals and summary are in the user's language; an error may be quoted as it came."""
    summary = record.answer.summary if record.answer else ""
    for name, text in (
        ("reasoning", " ".join(_thinks(record))),
        ("plan", " ".join(_goals(record))),
        ("summary", summary),
    ):
        plain = _CITED.sub(" ", text)
        chinese, latin = len(_CHINESE.findall(plain)), len(_LATIN.findall(plain))
        if latin > chinese if record.task.lang == "zh" else chinese > latin:
            return f"the {name} is not in the user's language"
    return ""


def _long_winded(record: Trajectory) -> str:
    """No turn's reasoning is longer than a reader bears."""
    longest = max(map(len, _thinks(record)), default=0)
    most = LONGEST_THINK[record.task.lang]
    return f"{longest} characters of reasoning in one turn" if longest > most else ""


def _repetitive(record: Trajectory) -> str:
    """The reasoning does not say the same again and again."""
    said = [_plain(sentence) for think in _thinks(record) for sentence in _SENTENCE.findall(think)]
    said = [sentence for sentence in said if len(sentence) > 12]
    repeats = len(said) - len(set(said))
    return f"{repeats} of {len(said)} sentences are repeated" if repeats > max(1, REPEATED * len(said)) else ""


def _insistent(record: Trajectory) -> str:
    """Nothing is tried over and over, and most of what is tried works."""
    calls = ledger_of(record)
    most = max(Counter((e.call.name, orjson.dumps(e.call.arguments, option=orjson.OPT_SORT_KEYS)) for e in calls).values(), default=0)  # fmt: skip
    if most > SAME_CALL:
        return f"the same call {most} times"
    failed = sum(not entry.ok for entry in calls)
    return f"{failed} of {len(calls)} calls failed" if failed > max(2, FAILING * len(calls)) else ""


def _deaf(record: Trajectory) -> str:
    """Where a call failed, the reasoning of one of the next two turns speaks of it."""
    thinks = [*_thinks(record), ""]
    for number, step in enumerate(record.steps):
        kinds = {result.error.type for result in step.results if result.error}
        following = " ".join(thinks[number + 1 : number + 3])
        if kinds and not any(kind in following for kind in kinds) and not _MENDING.search(following):
            return f"{min(kinds)} is passed over in silence"
    return ""


_MENDING = re.compile(
    r"fail|error|retr|refus|block|reject|wrong|mistake|missing|mistyp|miscop|unknown|no such|no asset|"
    r"失败|错误|有误|重试|拦截|改写|返回|报错|重新|拒绝|找不到|没有这个|漏写|写错|抄错|补上|改正|只返回",
    re.IGNORECASE,
)


def _wasteful(record: Trajectory) -> str:
    """What is made is made for the delivery."""
    used = closure(record, delivered(record))
    made = [a for a in record.assets if a.created_by != "user" and a.kind in ("image", "video", "audio")]
    unused = sum(asset.id not in used for asset in made)
    return f"{unused} of {len(made)} files are never used" if unused > max(2, UNUSED * len(made)) else ""


def _idle(record: Trajectory) -> str:
    """What is looked up or drafted is used by something."""
    cited = orjson.dumps([entry.call.arguments for entry in ledger_of(record)]).decode()
    used = closure(record, delivered(record))
    texts = [asset for asset in record.assets if asset.created_by != "user" and asset.kind == "text"]
    idle = [asset.created_by for asset in texts if asset.id not in used and asset.id not in cited]
    return f"nothing comes of {idle[0]}" if idle else ""


def _unfounded(record: Trajectory) -> str:
    """The answer's status is the truth, and its summary says how many were made."""
    answer = record.answer
    if answer is None:
        return "there is no answer"
    n = len(delivered(record))
    if answer.task_status == "success" and n < record.task.count[0]:
        return f"success is claimed with {n} of {record.task.count[0]}"
    if len(_plain(answer.summary)) < 8:
        return "the summary says nothing"
    return ""


def _alike(record: Trajectory) -> str:
    """Where the request wants every place to be another, most of what is delivered lies in places of its own."""
    if not _PLACES.search(record.task.query):
        return ""
    files = delivered(record)
    film = record.task.modality == "video"
    recipes = [one for asset in files for one in (shot_recipes(asset.recipe) if film else [asset.recipe])]
    places = [recipe_truth(recipe).scene for recipe in recipes]
    few = len(places) > 1 and len(set(places)) < PLACES_APART * len(places)
    return f"{len(places)} pictures or shots lie in {len(set(places))} places" if few else ""


_PLACES = re.compile(
    r"(?:no two (?:\w+ )?may share the same|different) place|地点[^,。，;；]{0,3}(?:不同|不重复|换)", re.IGNORECASE
)


def _hasty(record: Trajectory) -> str:
    """Before the answer, the reasoning looks back at what is delivered: it names a file or a number."""
    last = record.steps[-1].action.think if record.steps else ""
    return "" if _CITED.search(last) or re.search(r"\d", last) else "the answer comes without a look back"


def _disordered(record: Trajectory) -> str:
    """What is delivered stands in the order in which the request lists it."""
    if len(record.task.slots) < 3 or record.task.modality != "image":
        return ""
    places = [_place_of(asset.recipe.params, record.task.slots) for asset in delivered(record)]
    known = [place for place in places if place is not None]
    return "the order of the delivery is not that of the request" if known != sorted(known) else ""


def _place_of(params: dict[str, object], slots: Sequence[str]) -> int | None:
    prompt = str(params.get("prompt", params.get("instruction", "")))
    places = [place for place, slot in enumerate(slots) if any(form and form in prompt for form in slot.split("|"))]
    return places[0] if len(places) == 1 else None


def _thinks(record: Trajectory) -> list[str]:
    return [step.action.think for step in record.steps]


def _goals(record: Trajectory) -> list[str]:
    plans = [step.action.plan for step in record.steps if step.action.plan]
    return [step.goal for plan in plans for step in read_plan(plan).steps]


def _plain(text: str) -> str:
    return " ".join(_CITED.sub(" ", text).lower().split())


Rule = Callable[[Trajectory], str]
RULES: dict[str, Rule] = {
    "language": _language,
    "long-winded": _long_winded,
    "repetitive": _repetitive,
    "insistent": _insistent,
    "deaf": _deaf,
    "wasteful": _wasteful,
    "idle": _idle,
    "unfounded": _unfounded,
    "alike": _alike,
    "hasty": _hasty,
    "disordered": _disordered,
}
