"""What is on offer in this episode: which tools, and which values their schemas name."""

from __future__ import annotations

from typing import Any

from visgenenv.policies.workflows.shapes import (
    BATCHES,
    EDIT_GEMINI,
    EDIT_QWEN,
    EFFECTS,
    GEMINI,
    GPT,
    KLING,
    QWEN,
    SUNO,
    TTS,
    VEO,
    film_ratio,
    shape_arguments,
)
from visgenenv.policies.workflows.turns import Way
from visgenenv.types import Lang, Size


class Offer:
    """The tools a policy may call, read from the schemas in its conversation."""

    def __init__(self, tools: tuple[dict[str, Any], ...]):
        self.schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in tools}

    def has(self, *names: str) -> bool:
        """Whether all of these tools are on offer."""
        return all(name in self.schemas for name in names)

    def makers(self, size: Size | None) -> list[str]:
        """Return the text-to-image tools on offer, those that can draw the shape first."""
        names = [name for name in (GEMINI, QWEN, GPT) if name in self.schemas]
        return sorted(names, key=lambda name: not shape_arguments(name, size)[1])

    def editors(self, size: Size | None) -> list[str]:
        """Return the image-editing tools on offer, those that can draw the shape first."""
        names = [name for name in (EDIT_GEMINI, EDIT_QWEN) if name in self.schemas]
        return sorted(names, key=lambda name: not shape_arguments(name, size)[1])

    def draw(self, prompt: str, size: Size | None, n: int = 1) -> tuple[Way, ...]:
        """Return the ways to draw `n` pictures of a prompt; those that do it in the fewest calls first."""
        names = self.makers(size)
        fit = [name for name in names if shape_arguments(name, size)[1]] or names
        fit.sort(key=lambda name: -(-n // BATCHES[name][1]))
        ways = []
        for name in fit:
            number, batch = BATCHES[name] if n > 1 else ("", 1)
            ways.append(Way(name, {"prompt": prompt} | shape_arguments(name, size)[0], "prompt", number, batch))
        return tuple(ways)

    def edit(self, prompt: str, image: str, size: Size | None) -> tuple[Way, ...]:
        """Return the ways to edit a picture."""
        names = self.editors(size)
        fit = [name for name in names if shape_arguments(name, size)[1]] or names
        return tuple(
            Way(name, {"prompt": prompt, "images": [image]} | shape_arguments(name, size)[0], "prompt") for name in fit
        )

    def animate(self, prompt: str, image: str, seconds: int) -> tuple[Way, ...]:
        """Return the way to turn a picture into a clip of 5 or 10 s."""
        return (Way(KLING, {"image": image, "prompt": prompt, "duration": str(seconds)}, "prompt"),)

    def film(self, prompt: str, seconds: int, size: Size | None) -> tuple[Way, ...]:
        """Return the way to make a clip of 4, 6 or 8 s from text; Veo knows two shapes."""
        ratio = "9:16" if film_ratio(size) in ("9:16", "3:4") else "16:9"
        arguments = {"prompt": prompt, "duration_seconds": seconds, "aspect_ratio": ratio, "generate_audio": False}
        return (Way(VEO, arguments, "prompt"),)

    def score(self, prompt: str) -> tuple[Way, ...]:
        """Return the way to compose music without words."""
        return (Way(SUNO, {"prompt": prompt, "instrumental": True}, "prompt"),)

    def effect(self, prompt: str, seconds: float) -> tuple[Way, ...]:
        """Return the way to make a sound effect of at most 30 s."""
        return (Way(EFFECTS, {"prompt": prompt, "duration_seconds": max(0.5, min(30.0, seconds))}, "prompt"),)

    def speak(self, text: str, lang: Lang, narrator: bool = False) -> tuple[Way, ...]:
        """Return the way to record a text with a voice of its language."""
        voices = self.schemas.get(TTS, {}).get("properties", {}).get("voice_id", {}).get("enum", ())
        own = [name for name in voices if name.startswith(lang)] or [*voices, ""]
        voice = next((name for name in own if narrator and "narrator" in name), own[0])
        return (Way(TTS, {"text": text, "voice_id": voice}, "text"),)
