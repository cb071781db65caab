"""One wrong detail: a sight in which a count, a colour, a letter, a cut, a tempo is otherwise than it is.

An answer made from such a sight is false in that detail, plausible, and consistent in itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec.structs import replace

from visgenenv.lexicon import SCENES, STYLES
from visgenenv.tools.simulators.understanding.defects import Issue
from visgenenv.tools.simulators.understanding.hearing import GENRES, MOODS
from visgenenv.tools.simulators.understanding.questions import Questions
from visgenenv.tools.simulators.understanding.replies import LEADS, Luck, Reply, compose
from visgenenv.tools.simulators.understanding.sights import Sight, View
from visgenenv.types import Subject

Item = TypeVar("Item")

_PLAIN_COLOURS = ("red", "blue", "green", "yellow", "white", "black", "brown", "purple")
_LOOK_ALIKE = str.maketrans("OoIlESsBAaeicdnmuvwpqtfhrkgz", "CcLIFZzRHoecodmnvuypqltnhhqs")
_NEIGHBOURS = "大太未末土士日目人入己已天夫干千"
"""Pairs of Chinese characters that are easily taken for each other."""


def mistaken(
    questions: Questions, sights: tuple[Sight, ...], kind: str, luck: Luck, stamped: bool, right: Reply, u: float
) -> tuple[str, Reply] | None:
    """Return what is wrong and a reply that is wrong in it; None where no detail of the answer could be mistaken.

    `u` in [0, 1) chooses among the details that the answer speaks of.
    """
    kinds = {LEADS.get(kind, "describe" if not questions.asks else "")} | {ask.kind for ask in questions.asks}
    wrong = [detail for detail, told_by in _DETAILS.items() if kinds & told_by]
    candidates = [(detail, index) for detail in wrong for index in range(len(sights))]
    first = int(u * len(candidates))
    for detail, index in candidates[first:] + candidates[:first]:
        for changed in _CHANGES[detail](sights[index], sights[index - 1] if index else None, u):
            reply = compose(questions, (*sights[:index], changed, *sights[index + 1 :]), kind, luck, stamped)
            if reply.answer != right.answer:
                return detail, reply
    return None


_SUBJECTS = {"describe", "subject", "exists", "match", "action"}
_DETAILS = {
    "count": _SUBJECTS | {"count", "shots"},
    "colour": _SUBJECTS | {"colour", "shots"},
    "subject": _SUBJECTS | {"count"},
    "place": {"where"},
    "scene": {"describe", "scene", "match"},
    "style": {"describe", "style", "match"},
    "light": {"light"},
    "text": {"describe", "text"},
    "size": {"size"},
    "length": {"describe", "length"},
    "rate": {"rate"},
    "framing": {"camera"},
    "shots": {"shots"},
    "identity": {"same", "compare", "reference"},
    "issue": {"quality"},
    "word": {"speech", "describe"},
    "tempo": {"music", "tempo"},
    "genre": {"music", "genre"},
    "mood": {"mood", "music"},
    "vocals": {"vocals"},
    "noise": {"sound", "describe"},
}
"""Which details the answers to each kind of question hold."""


def _next(items: tuple[Item, ...], known: Item, u: float) -> Item:
    """Return another item of a list."""
    others = [item for item in items if item != known]
    return others[int(u * len(others))]


def _subjects(sight: Sight, old: Subject, new: Subject | None) -> Sight:
    """Return a sight in which one subject is another, or is missed, wherever it is seen."""

    def changed(found: tuple[Subject, ...]) -> tuple[Subject, ...]:
        return tuple(
            replace(new, position=one.position) if (one.name, one.colour) == (old.name, old.colour) and new else one
            for one in found
            if new or (one.name, one.colour) != (old.name, old.colour)
        )

    views = tuple(replace(view, subjects=changed(view.subjects)) for view in sight.views)
    return replace(sight, subjects=changed(sight.subjects), views=views)


def _rotated(found: tuple[Item, ...], u: float) -> tuple[Item, ...]:
    first = int(u * len(found))
    return found[first:] + found[:first]


def _count(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    for one in _rotated(sight.subjects, u):
        count = one.count - 1 if one.count > 2 and u < 0.5 else one.count + 1
        yield _subjects(sight, one, replace(one, count=count))


def _colour(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    for one in _rotated(sight.subjects, u):
        if seen := sight.colour(one):
            yield _subjects(sight, one, replace(one, colour=_next(_PLAIN_COLOURS, seen, u)))


def _subject(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    for one in _rotated(sight.subjects, u):
        yield _subjects(sight, one, None)


def _place(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    for one in _rotated(sight.subjects, u):
        x, y = one.position
        for moved in ((1 - x, y), (0.15 if x > 0.3 else 0.85, y)):
            subjects = tuple(replace(two, position=moved) if two == one else two for two in sight.subjects)
            yield replace(sight, subjects=subjects)


def _views(sight: Sight, change: Callable[[View], View]) -> Sight:
    return replace(sight, views=tuple(map(change, sight.views)))


def _scene(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    for known in sight.scenes:
        wrong = _next(tuple(SCENES), known, u)
        views = [replace(view, scene=wrong) if view.scene == known else view for view in sight.views]
        yield replace(sight, views=tuple(views))


def _style(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    yield _views(sight, lambda view: replace(view, style=_next(tuple(STYLES), view.style, u)))


def _light(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    yield _views(sight, lambda view: replace(view, lights=() if view.lights else ("sunset",)))


def _misread(text: str, u: float) -> str:
    """Return a text in which one character was taken for another."""
    places = [at for at, char in enumerate(text) if char.isalnum()]
    if not places:
        return text
    at = places[int(u * len(places))]
    char = text[at]
    if char in _NEIGHBOURS:
        wrong = _NEIGHBOURS[_NEIGHBOURS.index(char) ^ 1]
    elif char >= "\u2e80":
        wrong = _next(tuple(_NEIGHBOURS), char, u)
    else:
        wrong = char.translate(_LOOK_ALIKE)
    if wrong == char:
        wrong = "8" if char != "8" else "3"
    return text[:at] + wrong + text[at + 1 :]


def _text(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    for word in _rotated(tuple(sight.words.split()), u)[:8]:
        wrong = _misread(word, u)
        cues = tuple((start, end, text.replace(word, wrong)) for start, end, text in sight.cues)
        yield replace(sight, words=sight.words.replace(word, wrong), cues=cues)


def _word(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    for at in _rotated(tuple(range(len(sight.said))), u)[:8]:
        wrong = replace(sight.said[at], text=_misread(sight.said[at].text, u))
        yield replace(sight, said=(*sight.said[:at], wrong, *sight.said[at + 1 :]))


def _size(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    if sight.width != sight.height:
        yield replace(sight, width=sight.height, height=sight.width)
    yield replace(sight, height=sight.height * 3 // 4 or 1)


def _length(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    by = 1.0 if sight.seconds < 30 else 5.0
    yield replace(sight, seconds=sight.seconds - by if u < 0.5 and sight.seconds > 2 * by else sight.seconds + by)


def _rate(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    fps = 25.0 if sight.fps == 30 else 30.0
    rate = 48000 if sight.sample_rate == 44100 else 44100
    yield replace(sight, fps=fps, n_frames=round(sight.seconds * fps), sample_rate=rate)


def _framing(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    yield _views(sight, lambda view: replace(view, framing="wide" if view.framing != "wide" else "close"))


def _shots(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    """Miss a cut, or see one where there is none."""
    views = sight.views
    if len(views) > 1:
        at = int(u * (len(views) - 1))
        joined = replace(views[at], end=views[at + 1].end)
        yield replace(sight, views=(*views[:at], joined, *views[at + 2 :]))
    elif views:
        middle = round((views[0].start + views[0].end) / 2, 2)
        yield replace(sight, views=(replace(views[0], end=middle), replace(views[0], start=middle)))


def _identity(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    """Take the same subject for another, or another for the same."""
    strange = frozenset({("", str(sight.content))})
    yield replace(sight, referenced=not sight.referenced)
    if other is not None:
        content = f"{sight.content}?"
        shared = replace(sight, content=content)
        yield _views(shared, lambda view: replace(view, looks=strange, line=frozenset()))
        if other.views:
            model = other.views[0]
            yield _views(shared, lambda view: replace(view, looks=model.looks, line=model.line))
    elif len(sight.views) > 1:
        first, second = sight.views[:2]
        yield replace(sight, views=(first, replace(second, looks=strange, line=frozenset()), *sight.views[2:]))
        yield replace(sight, views=(first, *[replace(view, looks=first.looks) for view in sight.views[1:]]))


def _issue(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    """Overlook a defect, or see one that is not there."""
    if sight.issues:
        yield replace(sight, issues=sight.issues[1:])
    code = {"image": "borders", "video": "flicker"}.get(sight.kind, "noise")
    yield replace(sight, issues=(*sight.issues, Issue(round(sight.seconds * u, 2), code)))


def _tempo(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    """Hear half or double the tempo, the commonest error of listeners."""
    if sight.music and sight.music.bpm:
        bpm = sight.music.bpm * (2 if sight.music.bpm < 100 else 0.5)
        yield replace(sight, music=replace(sight.music, bpm=bpm))


def _genre(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    if sight.music:
        yield replace(sight, music=replace(sight.music, genre=_next(GENRES, sight.music.genre, u)))


def _mood(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    if sight.music:
        yield replace(sight, music=replace(sight.music, mood=_next(MOODS, sight.music.mood, u)))
    if sight.said:
        wrong = _next(("happy", "sad", "angry", "surprised", "neutral"), sight.said[0].emotion or "neutral", u)
        yield replace(sight, said=tuple(replace(one, emotion=wrong) for one in sight.said))


def _vocals(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    if sight.music:
        yield replace(sight, music=replace(sight.music, vocals=not sight.music.vocals))


def _noise(sight: Sight, other: Sight | None, u: float) -> Iterator[Sight]:
    if sight.noises:
        yield replace(
            sight, noises=(_next(("wind", "rain", "traffic", "birds"), sight.noises[0], u), *sight.noises[1:])
        )


_CHANGES: dict[str, Callable[[Sight, Sight | None, float], Iterator[Sight]]] = {
    "count": _count, "colour": _colour, "subject": _subject, "place": _place, "scene": _scene, "style": _style,
    "light": _light, "text": _text, "size": _size, "length": _length, "rate": _rate, "framing": _framing,
    "shots": _shots, "identity": _identity, "issue": _issue, "word": _word, "tempo": _tempo, "genre": _genre,
    "mood": _mood, "vocals": _vocals, "noise": _noise,
}  # fmt: skip
