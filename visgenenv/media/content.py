"""What a picture holds: figures in a scene, drawn in a manner, and what came out wrong."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from visgenenv.luck import digest, uniforms

MOST_KINDS = 5
"""So many different subjects are drawn; further ones are listed as unrendered."""

MOST_OF_A_KIND = 12
"""So many copies of one subject are drawn at most."""


class Figure(Struct, frozen=True):
    """A subject to be drawn. Two figures with the same `identity` look the same, whatever picture they are in."""

    name: str
    count: int = 1
    colour: str = ""
    identity: str = ""


class Flaw(Struct, frozen=True):
    """Something that came out wrong. `before` is what was meant, `after` what is shown instead, of the figure `name`.

    In a clip it shows from `start` to `end`, shares of the clip's length; `luck` decides how it looks.
    """

    kind: str
    name: str = ""
    before: str = ""
    after: str = ""
    start: float = 0.0
    end: float = 1.0
    luck: float = 0.0

    @property
    def label(self) -> str:
        """The defect as the truth lists it, such as `blur`, `missing_object:fox` or `wrong_count:fox 3->2`."""
        change = f"{self.before}->{self.after}" if self.before and self.after else self.before or self.after
        if change and self.kind in _OF_NAMES:
            return f"{self.kind}:{change}"
        detail = " ".join(part for part in (self.name, change) if part)
        return f"{self.kind}:{detail}" if detail else self.kind


_OF_NAMES = frozenset({"wrong_subject", "identity_drift", "wrong_tempo"})
"""Flaws whose `before` and `after` say all there is to say."""


class Graph(Struct, frozen=True):
    """All that decides a picture: what is in it, where, in which light and manner. `seed` decides the rest."""

    seed: str = ""
    figures: tuple[Figure, ...] = ()
    scene: str = "studio"
    style: str = ""
    lights: tuple[str, ...] = ()
    caption: str = ""
    framing: str = "medium"
    tint: str = ""
    """A colour the prompt names without giving it to a subject; plain backdrops take it."""
    prompt: str = ""
    unrendered: tuple[str, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    """What is wrong with it; the fields above describe what is shown, not what was meant."""
    footage: dict[str, Any] = {}
    """The photo or clip of a media database that is shown in place of a drawn scene; figures stand before it."""
    depicted: tuple[tuple[str, str], ...] = ()
    """Subjects that the footage shows, and their colours where these are known."""
    pose: str = ""
    """Decides where figures stand and which way they look, if not `seed`: pictures of one place made after a reference."""


def chance(seed: str, name: str) -> tuple[float, ...]:
    """Return eight uniforms in [0, 1) that belong to a seed and a name."""
    return tuple(uniforms(digest(b"media", seed.encode("utf-8", "replace"), name.encode("utf-8", "replace"))))
