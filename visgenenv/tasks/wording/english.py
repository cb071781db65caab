"""English requests: several ways of saying each demand, put together as a person would."""

from __future__ import annotations

import numpy as np

from visgenenv.lexicon import SCENES, STYLES, phrase
from visgenenv.tasks.latent import Latent, pick
from visgenenv.tasks.scenarios.catalogue import Scenario
from visgenenv.tasks.scenarios.phrases import FACTS
from visgenenv.tasks.wording.numbers import length_en, number_en, seconds_en

_OPEN = (
    "Please make {}.",
    "I need {}.",
    "Could you design {} for me?",
    "Help me create {}.",
    "Generate {}.",
    "We are looking for {}.",
)
_OPEN_FILM = (
    "Produce {}.",
    "I'd like {}.",
    "Please make {}.",
    "Can you create {}?",
    "We want {}.",
    "Help me shoot {}.",
)


def write(latent: Latent, scenario: Scenario, rng: np.random.Generator) -> str:
    """Write the request in English."""
    images = latent.type.startswith("image")
    opening = pick(_OPEN if images else _OPEN_FILM, rng).format(_what(latent, scenario, rng))
    rest = [_subject(latent), _length(latent, opening, rng), *_manner(latent, scenario, opening, rng)]
    rng.shuffle(rest)
    fact = FACTS[latent.fact][0] if latent.fact >= 0 else ""
    head = [opening, fact] if rng.random() < 0.5 else [fact, opening]
    listed = _list(latent, scenario, rng)
    text = " ".join(part for part in (*head, *rest) if part)
    return f"{text}{listed}" if listed[:1] == "\n" else f"{text} {listed}".strip()


def _what(latent: Latent, scenario: Scenario, rng: np.random.Generator) -> str:
    """Name what is wanted, and how many."""
    low, high = latent.count
    single, several = scenario.noun[:2]
    style = f"{STYLES[latent.style].en[0]} " if latent.style and rng.random() < 0.3 else ""
    about = _about(latent, rng)
    if latent.modality == "video" and high == 1:
        length = f"{length_en(latent.duration.seconds, rng)} " if latent.duration and rng.random() < 0.6 else ""
        first = (length or style or single)[0]
        article = "an" if (first in "aeiou" and not length.startswith("one")) or length[:1] == "8" else "a"
        return f"{article} {length}{style}{single}{_shots(latent, rng)}{about}"
    if high == 1:
        article = "one" if rng.random() < 0.5 else "an" if (style or single)[0] in "aeiou" else "a"
        return f"{article} {style}{single}{about}"
    if low < high:
        form = pick(("{}-{}", "{} to {}", "between {} and {}"), rng)
        number = form.format(low, high) if form == "{}-{}" else form.format(number_en(low, rng), number_en(high, rng))
        return f"{number} {style}{several}{about}"
    if latent.each > 1:
        return f"{style}{several}{about}"
    number = number_en(low, rng)
    if latent.modality == "video":
        return f"{number} {pick(('separate', 'different'), rng)} {style}{several}{about}"
    if latent.items and rng.random() < 0.12:
        return f"{style}{several}{about}"
    return f"{pick(('', 'a set of ', 'a series of '), rng)}{number} {style}{several}{about}"


def _shots(latent: Latent, rng: np.random.Generator) -> str:
    if latent.shots is None or rng.random() < 0.1:
        return ""
    n = number_en(latent.shots, rng)
    return pick((f" with {n} shots", f" in {n} scenes", f" consisting of {n} shots"), rng)


def _about(latent: Latent, rng: np.random.Generator) -> str:
    if latent.things:
        *first, last = [phrase(thing, "en") for thing in latent.things]
        return f" showing {', '.join(first)} and {last}"
    if latent.topic:
        film = latent.modality == "video" and latent.type != "video.8"
        return f" {'about' if film else 'for'} {latent.topic[0]}"
    if latent.hero:
        return (
            f"{pick((' of ', ' showing '), rng) if latent.modality == 'image' else ' about '}{latent.hero.words('en')}"
        )
    return ""


def _subject(latent: Latent) -> str:
    """Say what has not been named yet: that a picture of the hero was uploaded."""
    if not (latent.upload and latent.hero):
        return ""
    return f"I have uploaded a picture of the {latent.hero.noun('en')}; use it as the reference."


def _length(latent: Latent, opening: str, rng: np.random.Generator) -> str:
    """Say how long, unless the opening has said it."""
    if latent.duration is None:
        return ""
    if latent.duration.scope == "each":
        time = seconds_en(latent.duration.seconds, rng)
        return pick((f"Each one should be {time} long.", f"Every video runs {time}.", f"Length: {time} each."), rng)
    before = opening.split(" about ")[0].split(" for ")[0]
    if (
        "-second" in before
        or "minute" in before
        or any(word[:-1].isdigit() and word[-1] == "s" for word in before.split())
    ):
        return ""
    time = seconds_en(latent.duration.seconds, rng)
    return pick((f"It should run {time}.", f"Total length: {time}.", f"Make it {time} long in total."), rng)


def _manner(latent: Latent, scenario: Scenario, opening: str, rng: np.random.Generator) -> list[str]:
    return [_style(latent, opening, rng), _sameness(latent, scenario, rng), _shape(latent, rng), *_sound(latent, rng)]


def _style(latent: Latent, opening: str, rng: np.random.Generator) -> str:
    parts = []
    if latent.scene and latent.group != "scene":
        scene = SCENES[latent.scene].en[0]
        parts.append(pick((f"Setting: {scene}.", f"The background is {scene}."), rng))
    if latent.style and latent.group != "style" and STYLES[latent.style].en[0] not in opening:
        style = STYLES[latent.style].en[0]
        parts.append(pick((f"Draw it in {style} style.", f"Style: {style}.", f"I love the {style} look."), rng))
    if latent.dimension == "creative":
        parts.append(pick(("Surprise me with an unusual idea.", "Be bold and creative."), rng))
    if latent.dimension == "variety":
        word = scenario_word(latent)
        parts.append(
            pick(
                (f"Every one needs a different {word}; nothing may repeat.", f"No two may share the same {word}."), rng
            )
        )
    return " ".join(parts)


def scenario_word(latent: Latent) -> str:
    """Name what must differ from picture to picture in a request for variety."""
    return {"image.16": "action", "image.21": "place"}.get(latent.type, "expression")


def _sameness(latent: Latent, scenario: Scenario, rng: np.random.Generator) -> str:
    unit = "shot" if latent.modality == "video" else scenario.noun[0]
    if latent.group == "object" and latent.hero:
        hero = latent.hero.noun("en")
        forms = (
            f"It has to be the same {hero} in every {unit}.",
            f"Keep the look of the {hero} identical throughout.",
            f"The {hero} must stay consistent from one {unit} to the next.",
        )
        return pick(forms, rng)
    if latent.group == "scene":
        scene = SCENES[latent.scene].en[0]
        forms = (
            f"Everything happens in the same {scene}; keep its layout unchanged.",
            f"Each {unit} must show the same {scene} with the same layout.",
            f"The {scene} has to stay consistent in every {unit}.",
        )
        return pick(forms, rng)
    if latent.group == "style":
        style = STYLES[latent.style].en[0]
        forms = (
            f"Keep one consistent {style} style across all of them.",
            f"The style must be the same in every {unit}: {style}.",
            f"All in a unified {style} style.",
        )
        return pick(forms, rng)
    return ""


def _shape(latent: Latent, rng: np.random.Generator) -> str:
    size = latent.size
    if size is None:
        return ""
    if size.exact:
        return pick((f"Exactly {size.width}x{size.height} pixels.", f"Size: {size.width} x {size.height} px."), rng)
    ratio = f"{size.width}:{size.height}"
    word = "square" if size.width == size.height else "landscape" if size.width > size.height else "portrait"
    return pick((f"Aspect ratio {ratio}.", f"Use a {ratio} {word} format.", f"Format {ratio}, please."), rng)


def _sound(latent: Latent, rng: np.random.Generator) -> list[str]:
    if latent.modality == "image":
        return []
    said = []
    if "bgm" in latent.audio:
        said.append(
            pick(("Add background music.", "It needs a soundtrack.", "Put soft background music under it."), rng)
        )
    elif rng.random() < 0.12:
        said.append(pick(("No background music, please.", "Leave out the music."), rng))
    if latent.lines:
        said.append(
            pick(("The lines must be spoken.", "Each shot has a spoken line.", "Record the lines as voice."), rng)
        )
    elif "tts" in latent.audio:
        said.append(
            pick(("Add a voice-over.", "A narrator explains what we see.", "It needs narration in English."), rng)
        )
    if latent.subtitle:
        said.append(pick(("Add subtitles.", "Burn in subtitles.", "Put captions on screen for what is said."), rng))
    elif rng.random() < 0.12:
        said.append(pick(("No subtitles needed.", "Without subtitles."), rng))
    return said


def _list(latent: Latent, scenario: Scenario, rng: np.random.Generator) -> str:
    """List what the single pictures or shots show."""
    items = [english for english, _ in latent.items]
    if not items:
        return ""
    noun = latent.hero.noun("en") if latent.hero else ""
    items = [item.replace("{H}", noun) for item in items]
    if latent.modality == "video":
        return _shot_list(items, latent, rng)
    word = scenario.item_word[0]
    if latent.each > 1:
        each = number_en(latent.each, rng)
        forms = (f"{each.capitalize()} {{u}} for each of these {word}: ", f"These {word}, {each} {{u}} each: ")
        return pick(forms, rng).format(u=scenario.noun[1]) + f"{_joined(items)}."
    if any("the " in item for item in items) or rng.random() < 0.35:
        return "\n" + "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))
    return pick((f"Include these {word}: ", f"The {word} are: ", f"One for each of the following {word}: "), rng) + (
        f"{_joined(items)}."
    )


def _joined(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _shot_list(items: list[str], latent: Latent, rng: np.random.Generator) -> str:
    """Write the shots as a numbered list, with their spoken lines."""
    mark = pick(("Shot {}: ", "{}. ", "({}) ", "Scene {}: "), rng)
    say = pick((' Voice: "{}"', ' Line: "{}"'), rng)
    lines = [say.format(line) for line, _ in latent.lines] or [""] * len(items)
    shots = [f"{mark.format(n)}{item}.{line}" for n, (item, line) in enumerate(zip(items, lines, strict=True), 1)]
    return "\n" + "\n".join(shots)
