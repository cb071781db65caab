"""Variety and Creative, as far as a simulation can tell: proxies, and called so wherever they are shown.

Both count a thing that is drawn, because a prompt named it, for as much as all words that no picture can prove. Both
are 0 where what was asked for is not there (`match` below a half), so that a heap of keywords is neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from visgenenv.bench.seen import Seen, asked_marks, fit, request_text, seen_in
from visgenenv.rewards.attributes import pieces
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task

OFF_REQUEST = 0.5
"""Below this `match`, novelty is not what was asked for."""
MOST = 64
"""So many pictures or shots are compared with one another, the first ones."""
MANY_MARKS, MANY_WORDS = 3, 8
"""So many kinds of things drawn, and so many words said, that the request does not name, are as new as it gets."""


def variety(trajectory: Trajectory) -> float | None:
    """Return the mean distance between two pictures or shots, in [0, 1]; those that are missing differ from none.

    What all of them share is what the request fixed, and does not count. Of the rest, half of the distance is whether
    they are drawn differently, half how different their words are.
    """
    if _off_request(trajectory):
        return 0.0
    seen = seen_in(trajectory)[:MOST]
    n = max(len(seen), _wanted(trajectory.task))
    if n < 2:
        return None
    drawn = _unshared([one.drawn for one in seen])
    said = _unshared([one.words for one in seen])
    apart = [
        (float(drawn[a] != drawn[b]) + _jaccard(said[a], said[b])) / 2 for a, b in combinations(range(len(seen)), 2)
    ]
    return sum(apart) / (n * (n - 1) / 2)


def creative(trajectory: Trajectory) -> float | None:
    """Return how much there is that the request does not name, in [0, 1]: the mean over the delivered pictures.

    The template is the request itself: whoever copies it has created nothing.
    """
    if _off_request(trajectory):
        return 0.0
    task, seen = trajectory.task, seen_in(trajectory)
    asked, known = asked_marks(request_text(task)), pieces(request_text(task), True)
    if task.modality == "video":
        return _new([_kinds(one, asked) for one in seen], [one.words - known for one in seen])
    values = [_new([_kinds(one, asked)], [one.words - known]) for one in seen]
    return sum(values) / max(len(values), task.count[0])


def _new(kinds: Sequence[frozenset[str]], words: Sequence[frozenset[str]]) -> float:
    """Return how new a picture or a film is: kinds of things drawn, and words, that were not asked for."""
    drawn = min(1.0, len(frozenset().union(*kinds)) / MANY_MARKS)
    said = min(1.0, len(frozenset().union(*words)) / MANY_WORDS)
    return (drawn + said) / 2


def _kinds(one: Seen, asked: frozenset[str]) -> frozenset[str]:
    new = {mark.partition(":")[0] for mark in one.drawn - asked}
    return frozenset(new - {"number", "colour", "tint"})


def _off_request(trajectory: Trajectory) -> bool:
    value = fit(trajectory)
    return value is not None and value < OFF_REQUEST


def _wanted(task: Task) -> int:
    return task.shots or task.count[0]


def _unshared(sets: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    common = frozenset.intersection(*sets) if sets else frozenset()
    return [one - common for one in sets]


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the share of words that only one of two has."""
    return len(a ^ b) / len(a | b) if a | b else 0.0
