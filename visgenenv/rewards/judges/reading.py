"""Reading what a judge model replied, strictly: the first object that is a verdict, or what is wrong."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from msgspec import Struct

from visgenenv.rewards.judges.base import PLAN_FACETS, TRAJ_FACETS
from visgenenv.rewards.judges.prompts import TOP, Question

MAX_REPLY = 16_384
"""Characters of a reply, its last ones, that are looked at."""


class Marks(Struct, frozen=True):
    """What one reply says.

    Attributes:
        facets: Values in [0, 1].
        quotes: Facet -> quotation that stands in the candidate. A facet of a plan without one counts for nothing.
        unplanned: Ids of calls.
    """

    facets: dict[str, float]
    quotes: dict[str, str] = {}
    unplanned: tuple[str, ...] = ()


def read_reply(reply: str, question: Question) -> Marks | str:
    """Return the marks of a reply, or a sentence saying why there are none.

    Thinking up to `</think>` is passed over. The first balanced object that carries every key counts, wherever it
    stands; one that also stands in the candidate is an echo and is passed over. Levels are integers in range, keys
    stand once, ids are those of calls that exist.
    """
    problem = "there is no JSON object with the keys asked for"
    echoes: list[Any] | None = None
    for found in _objects(reply.rpartition("</think>")[2][-MAX_REPLY:]):
        if not found.keys() >= set(question.schema["required"]):
            continue
        marks = _READERS[question.kind](found, question)
        if isinstance(marks, str):
            problem = marks
            continue
        echoes = list(_objects(question.candidate)) if echoes is None else echoes
        if found not in echoes:
            return marks
        problem = "the object is a copy of one in the candidate"
    return problem


def median_marks(replies: list[Marks]) -> Marks:
    """Join several readings of one question: the median of each facet over the readings that gave evidence for it."""
    if len(replies) == 1:
        return replies[0]
    facets, quotes = {}, {}
    for name in replies[0].facets:
        backed = [one for one in replies if name in one.quotes]
        if backed:
            quotes[name] = backed[0].quotes[name]
        facets[name] = float(median(one.facets[name] for one in backed or replies))
    if "requirement" in facets:
        facets["requirement"] = float(facets["requirement"] > 0.5)
    named = [call for one in replies for call in one.unplanned]
    unplanned = sorted({call for call in named if named.count(call) * 2 > len(replies)}, key=named.index)
    return Marks(facets, quotes, tuple(unplanned))


def _plan(found: dict[str, Any], question: Question) -> Marks | str:
    quotes = found["evidence"]
    if not isinstance(quotes, dict):
        return "`evidence` is not an object"
    facets = _levels(found, PLAN_FACETS)
    if isinstance(facets, str):
        return facets
    whole = _folded(question.candidate)
    backed = {name: quotes[name] for name in PLAN_FACETS if _stands_in(quotes.get(name), whole)}
    return Marks(facets, backed)


def _traj(found: dict[str, Any], question: Question) -> Marks | str:
    named = found["unplanned"]
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        return "`unplanned` is not a list of call ids"
    unknown = [one for one in named if one not in question.call_ids]
    if unknown:
        return f"`unplanned` names {unknown[0][:40]!r}, which is none of the calls"
    facets = _levels(found, TRAJ_FACETS)
    return facets if isinstance(facets, str) else Marks(facets, unplanned=tuple(dict.fromkeys(named)))


_READERS: dict[str, Callable[[dict[str, Any], Question], Marks | str]] = {"plan": _plan, "traj": _traj}


def _levels(found: dict[str, Any], names: tuple[str, ...]) -> dict[str, float] | str:
    out = {}
    for name in names:
        level, top = found[name], 1 if name == "requirement" else TOP
        if type(level) is not int or not 0 <= level <= top:
            return f"`{name}` is not an integer from 0 to {top}"
        out[name] = level / top
    return out


def _stands_in(quote: Any, whole: str) -> bool:
    return isinstance(quote, str) and bool(_folded(quote)) and _folded(quote) in whole


def _folded(text: str) -> str:
    """Fold what models change when they copy: spacing, width, letter case."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield every balanced JSON object of a text, in the order of their opening braces."""
    at = text.find("{")
    while at >= 0:
        try:
            found, _ = _DECODER.raw_decode(text, at)
            yield found
        except (ValueError, RecursionError):
            pass
        at = text.find("{", at + 1)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refused)
