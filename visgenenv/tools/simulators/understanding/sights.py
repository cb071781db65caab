"""A sight: all that an observer knows of one asset, or of one stretch of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.lexicon import SUBJECTS
from visgenenv.tools.simulators.understanding.defects import Issue
from visgenenv.tools.simulators.understanding.hearing import Music, Utterance
from visgenenv.types import Kind, Subject


class View(Struct, frozen=True):
    """One stretch of a film, or a picture: what is in it. `looks` are its figures with their identities."""

    start: float
    end: float
    subjects: tuple[Subject, ...]
    scene: str = ""
    style: str = ""
    lights: tuple[str, ...] = ()
    framing: str = ""
    looks: frozenset[tuple[str, str]] = frozenset()
    line: frozenset[str] = frozenset()
    """The assets whose subjects it carries on, itself included."""


class Sight(Struct, frozen=True, eq=False):
    """All that an observer knows of one asset. Compared by identity: a sight is a cached reading of one asset."""

    kind: Kind
    content: str
    """Equal for assets that show exactly the same."""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    n_frames: int = 0
    fps: float = 0.0
    sample_rate: int = 0
    has_audio: bool = False
    subjects: tuple[Subject, ...] = ()
    placed: bool = False
    """Whether the places of the subjects are known: of pictures and single clips."""
    grey: bool = False
    views: tuple[View, ...] = ()
    words: str = ""
    cues: tuple[tuple[float, float, str], ...] = ()
    said: tuple[Utterance, ...] = ()
    music: Music | None = None
    noises: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    referenced: bool = False
    start: float = 0.0
    end: float = 0.0

    @property
    def scenes(self) -> tuple[str, ...]:
        """The settings, each once, in the order of time."""
        return tuple(dict.fromkeys(view.scene for view in self.views if view.scene))

    @property
    def styles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(view.style for view in self.views if view.style))

    @property
    def lights(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(light for view in self.views for light in view.lights))

    def colour(self, subject: Subject) -> str:
        """Return the colour a subject is seen in; empty if none can be told."""
        return "" if self.grey else subject.colour or SUBJECTS[subject.name].natural


HEARD = frozenset({"near_silent", "hiss", "silence_gap", "clipping", "truncated"})
"""Issues of the sound of a film."""


@lru_cache(maxsize=1024)
def heard_only(sight: Sight) -> Sight:
    """Return what is heard of a film, as if it were a sound; a sound stays as it is."""
    if sight.kind == "audio":
        return sight
    heard = tuple(issue for issue in sight.issues if issue.code in HEARD)
    return replace(sight, kind="audio", subjects=(), views=(), words="", cues=(), issues=heard, referenced=False)


@lru_cache(maxsize=1024)
def between(sight: Sight, start: float, end: float) -> Sight:
    """Return what is seen and heard of a film or sound from one time to another; times stay those of the whole."""
    if start <= 0 and end >= sight.seconds:
        return sight
    views = tuple(
        replace(view, start=max(start, view.start), end=min(end, view.end))
        for view in sight.views
        if view.end > start and view.start < end
    )
    cues = tuple(cue for cue in sight.cues if cue[1] > start and cue[0] < end)
    words = [*_captions(sight), *[text for _, _, text in cues]]
    return replace(
        sight,
        views=views,
        subjects=sight.subjects if len(sight.views) == 1 else merged(one for view in views for one in view.subjects),
        cues=cues,
        words=" ".join(dict.fromkeys(words)),
        said=tuple(one for one in sight.said if start <= (one.start + one.end) / 2 < end),
        issues=tuple(issue for issue in sight.issues if start <= issue.at <= end),
        start=start,
        end=min(end, sight.seconds),
    )


def _captions(sight: Sight) -> list[str]:
    """Return the words drawn into the pictures themselves: those that are not in a subtitle."""
    left = sight.words
    for _, _, text in sight.cues:
        left = left.replace(text, "", 1)
    return [left.strip()] if left.strip() else []


def merged(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """Join equal subjects of several views; the largest number seen at once counts."""
    most: dict[tuple[str, str], Subject] = {}
    for one in subjects:
        known = most.get((one.name, one.colour))
        if known is None or one.count > known.count:
            most[one.name, one.colour] = one
    return tuple(most.values())
