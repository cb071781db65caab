"""What the benchmark is made of: Table 1 of VisionCreator (arXiv 2603.02681), cell by cell, and its subset of 104."""

from __future__ import annotations

from functools import lru_cache

from visgenenv.tasks.scenarios import SCENARIOS

_SUBJECTIVE = ("creative", "match", "object", "scene", "style", "variety")
CELLS: dict[tuple[str, str], int] = {
    **{("image", dimension): 50 for dimension in _SUBJECTIVE},
    ("image", "amount"): 100,
    **{("video", dimension): 50 for dimension in _SUBJECTIVE},
    ("video", "amount"): 100,
    ("video", "duration"): 200,
    ("video", "storyboard"): 200,
}
"""Tasks per modality and dimension, both languages together: 400 of images, 800 of video."""
_HEAD_START = 6
"""So many requests ahead is a type with a single dimension, which has few cells to come from."""
TOTAL = sum(CELLS.values())
HARD = 200
"""Tasks of `test_hard`."""
SUBSET = 104


@lru_cache(maxsize=1)
def _plan() -> tuple[tuple[str, str], ...]:
    """Return type and dimension of every latent of the benchmark, half as many as tasks; types as evenly as they go."""
    used = dict.fromkeys(SCENARIOS, 0)
    plan: list[tuple[str, str]] = []
    for (modality, dimension), tasks in CELLS.items():
        able = [one.type for one in SCENARIOS.values() if one.type.startswith(modality) and dimension in one.dimensions]
        for _ in range(tasks // 2):
            type = min(able, key=lambda name: used[name] - _HEAD_START / len(SCENARIOS[name].dimensions))
            used[type] += 1
            plan.append((type, dimension))
    return tuple(plan)


@lru_cache(maxsize=1)
def _hard_plan() -> tuple[tuple[str, str], ...]:
    """Return what `test_hard` takes in turn: every seventh of the benchmark's, without what is never large."""
    plan = _plan()
    spread = [plan[number * 7 % len(plan)] for number in range(len(plan))]
    return tuple(one for one in spread if SCENARIOS[one[0]].moments != "styles")


def scenario_of(number: int, hard: bool) -> tuple[str, str]:
    """Return type and dimension of a latent of the benchmark, or of `test_hard`."""
    plan = _hard_plan() if hard else _plan()
    return plan[number % len(plan)]


@lru_cache(maxsize=1)
def subset() -> tuple[int, ...]:
    """Return the indices of the 104 tasks: of every cell its share in whole pairs, largest remainders first."""
    pairs = {cell: n // 2 for cell, n in CELLS.items()}
    exact = {cell: n * SUBSET / TOTAL for cell, n in pairs.items()}
    taken = {cell: int(share) for cell, share in exact.items()}
    rest = sorted(exact, key=lambda cell: taken[cell] - exact[cell])
    for cell in rest[: SUBSET // 2 - sum(taken.values())]:
        taken[cell] += 1
    indices, start = [], 0
    for cell, n in pairs.items():
        chosen = [start + (2 * k + 1) * n // (2 * taken[cell]) for k in range(taken[cell])]
        indices += [2 * number + lang for number in chosen for lang in (0, 1)]
        start += n
    return tuple(indices)
