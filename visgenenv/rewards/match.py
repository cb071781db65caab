"""R_match: whether what was asked for is seen in what was delivered, slot by slot (ours; design page, section 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.media.truth import recipe_truth
from visgenenv.rewards.attributes import Attribute, Shown, found_in, read_attribute, shown
from visgenenv.rewards.facts import delivered
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, Group, Recipe, Score, Task

SAID = 0.5
"""Weight of words that cannot be drawn here: a prompt can say them, no picture proves them."""
FOREIGN = 0.75
"""A slot's words count as found in another slot's picture from this share on."""
SPARE_SUBJECTS = 3
"""So many subjects nobody asked for may be in a picture; more are a dump of keywords."""
_EVERYWHERE = 0.5
"""Pieces of words that at least this share of the slots have distinguish none of them."""


class Wanted(Struct, frozen=True):
    """What a task asks to be seen: in all, and in each slot, whose words leave out what most slots share."""

    shared: tuple[Attribute, ...]
    slots: tuple[Attribute, ...]

    @property
    def empty(self) -> bool:
        return not (self.shared or self.slots)


def match_score(trajectory: Trajectory) -> Score:
    """Score the match: F1 of what was asked for against what is seen, the mean over the slots.

    None if the task asks for nothing that can be looked for, or if the media were drawn at random.
    """
    task = trajectory.task
    wanted = wanted_of(task)
    if wanted.empty:
        return Score(None, "nothing is asked for that could be looked for")
    if trajectory.settings.get("match") == "random":
        return Score(None, "the media were drawn at random, whatever was asked for")
    files = delivered(trajectory)
    if not files:
        return Score(0.0, f"no {task.modality} is delivered")
    values = _pictures(task, wanted, files) if task.modality == "image" else _films(task, wanted, files)
    value = sum(values) / len(values)
    weak = [str(number) for number, one in enumerate(values, 1) if one < 0.75]
    reason = f"what was asked for is seen in {len(values) - len(weak)} of {len(values)}"
    if weak:
        reason += f"; little of it in {', '.join(weak[:8])}"
    return Score(value, reason, {"slots": [round(one, 4) for one in values]})


def wanted_of(task: Task) -> Wanted:
    """Return what a task asks to be seen; one that lists nothing is read from its groups."""
    groups = () if task.attributes or task.slots else task.groups
    return _wanted(task.attributes, task.slots, groups)


@lru_cache(maxsize=1024)
def _wanted(attributes: tuple[str, ...], texts: tuple[str, ...], groups: tuple[Group, ...]) -> Wanted:
    shared = [read_attribute(text) for text in attributes] or list(_from_groups(groups))
    slots = [read_attribute(text) for text in texts]
    counts = Counter(piece for slot in slots for piece in {piece for form in slot.forms for piece in form})
    common = frozenset(piece for piece, n in counts.items() if n >= max(2, _EVERYWHERE * len(slots)))
    trimmed = [replace(slot, forms=tuple(form - common or form for form in slot.forms)) for slot in slots]
    return Wanted(tuple(shared), tuple(trimmed))


def _from_groups(groups: Sequence[Group]) -> Iterator[Attribute]:
    for group in groups:
        if group.user_ref:
            continue
        if group.kind == "object":
            yield from (read_attribute(attr) for attr in (group.name, *group.attrs))
        else:
            yield read_attribute(f"{group.kind}: {group.name}")


def _pictures(task: Task, wanted: Wanted, files: Sequence[Asset]) -> list[float]:
    """Give every slot the picture that fits it best, one each; a slot without a picture has nothing."""
    n = max(task.count[0], 1)
    seen = shown([asset.recipe for asset in files])
    if len(wanted.slots) != n:
        values = sorted((_value(wanted, None, one) for one in seen), reverse=True)[:n]
    else:
        table = [[_value(wanted, slot, one) for slot in range(n)] for one in seen]
        values = _assigned(table, n)
    values += [0.0] * (n - len(values))
    fresh = _different(seen)
    if task.dimension == "variety":
        fresh *= _freshness(seen)
    return [value * fresh for value in values]


def _different(seen: Sequence[Shown]) -> float:
    """Return the share of pictures that are not one and the same: drawn alike, and asked for in the same words."""
    return len({(one.look, one.own) for one in seen}) / len(seen)


def _assigned(table: list[list[float]], n: int) -> list[float]:
    """Assign pictures to slots, the best pairs first; equal pictures may be exchanged, so the order does not matter."""
    pairs = sorted(
        ((value, tuple(row), slot, place) for place, row in enumerate(table) for slot, value in enumerate(row)),
        key=lambda pair: (-pair[0], pair[2], pair[1]),
    )
    values, taken = [0.0] * n, set[int]()
    filled: set[int] = set()
    for value, _, slot, place in pairs:
        if slot not in filled and place not in taken:
            filled.add(slot)
            taken.add(place)
            values[slot] = value
    return values


def _value(wanted: Wanted, slot: int | None, seen: Shown) -> float:
    """Return F1 of one picture or shot."""
    hits = asked = 0.0
    for attribute in wanted.shared:
        weight = SAID if attribute.sort == "words" else 1.0
        asked += weight
        hits += weight * found_in(attribute, seen)
    foreign = 0.0
    if slot is not None:
        own = wanted.slots[slot]
        for number, attribute in enumerate(wanted.slots):
            if number != slot and attribute.text == own.text:
                continue
            weight = SAID if attribute.sort == "words" else 1.0
            found = found_in(attribute, seen, True)
            if number == slot:
                asked += weight
                hits += weight * found
            elif found >= FOREIGN:
                foreign += weight
    foreign += max(0, len(_unasked(wanted, seen)) - SPARE_SUBJECTS)
    return 2 * hits / (asked + hits + foreign) if hits else 0.0


def _unasked(wanted: Wanted, seen: Shown) -> set[str]:
    return {one.name for one in seen.subjects} - {one.name for one in (*wanted.shared, *wanted.slots)}


def _freshness(seen: Sequence[Shown]) -> float:
    """Return 1 where each was asked for in other words (numbers are none), falling towards a half where none was."""
    return (1 + len({one.own for one in seen}) / len(seen)) / 2 if len(seen) > 1 else 1.0


def _films(task: Task, wanted: Wanted, files: Sequence[Asset]) -> list[float]:
    """Score films: shot by shot where the task says what the shots show, else each film as a whole."""
    n = max(task.count[0], 1)
    values: list[float] = []
    for asset in files:
        seen = shown(shot_recipes(asset.recipe)) or [Shown()]
        fresh = _freshness(seen)
        if wanted.slots:
            shots = [_shot(wanted, slot, seen) for slot in range(len(wanted.slots))]
            values.append(sum(shots) / len(shots) * fresh)
        else:
            values.append(sum(_value(wanted, None, one) for one in seen) / len(seen) * fresh)
    values = sorted(values, reverse=True)[:n]
    return values + [0.0] * (n - len(values))


def _shot(wanted: Wanted, slot: int, seen: Sequence[Shown]) -> float:
    return _value(wanted, slot, seen[slot]) if slot < len(seen) else 0.0


def shot_recipes(film: Recipe) -> list[Recipe]:
    """Return what is on screen in a film, shot by shot: the recipes of the clips or pictures."""
    known: dict[str, Recipe] = {}
    waiting = [film]
    while waiting:
        recipe = waiting.pop()
        if recipe.node in ("shot", "animate", "scene", "edit"):
            known.setdefault(recipe.seed, recipe)
        else:
            waiting.extend(recipe.sources)
    return [known[shot.source] for shot in recipe_truth(film).shots if shot.source in known]
