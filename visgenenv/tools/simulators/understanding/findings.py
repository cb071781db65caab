"""Answers to yes/no questions and descriptions: what of the things named is there, what is otherwise, what is not."""

from __future__ import annotations

from msgspec import Struct, field

from visgenenv.lexicon import SUBJECTS, phrase
from visgenenv.tools.simulators.understanding import phrases as say
from visgenenv.tools.simulators.understanding.questions import Ask
from visgenenv.tools.simulators.understanding.sights import Sight
from visgenenv.types import Lang, Subject


class _Found(Struct):
    """Phrases for what is there, what is there in another way, and what is not there."""

    there: list[str] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def exists(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Answer whether what is named is there: Yes only if all of it is."""
    found = _look_for(ask, sight, lang)
    if not (found.absent or found.otherwise):
        there = say.listed(found.there, lang)
        return f"是的:看到{there}。" if lang == "zh" else f"Yes: I see {there}."
    head = "没有:" if lang == "zh" else "No: "
    return head + _told(found, sight, lang)


def match(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Compare with a description: all of it, a part of it, or nothing is there."""
    found = _look_for(ask, sight, lang)
    if not (found.there or found.absent or found.otherwise):
        seen = say.subjects(sight.subjects, lang)
        if lang == "zh":
            return f"问题中没有可以核对的内容;看到{seen or '场景本身'}。"
        return f"The question names nothing that could be checked; I see {seen or 'the setting alone'}."
    if not (found.absent or found.otherwise):
        there = say.listed(found.there, lang)
        return f"符合:看到{there}。" if lang == "zh" else f"Yes, it matches: I see {there}."
    if found.there:
        head = "部分符合:" if lang == "zh" else "It matches in part: "
    else:
        head = "不符合:" if lang == "zh" else "No, it does not match: "
    return head + _told(found, sight, lang)


def _told(found: _Found, sight: Sight, lang: Lang) -> str:
    parts = []
    if lang == "zh":
        parts += [f"看到{say.listed(found.there, lang)}"] if found.there else []
        parts += found.otherwise
        parts += [f"看不到{say.listed(found.absent, lang)}"] if found.absent else []
        if not found.there and not found.otherwise and sight.subjects:
            parts.append(f"画面里是{say.subjects(sight.subjects, lang)}")
        return f"{';'.join(parts)}。"
    parts += [f"I see {say.listed(found.there, lang)}"] if found.there else []
    parts += found.otherwise
    parts += [f"I do not see {say.listed(found.absent, lang)}"] if found.absent else []
    if not found.there and not found.otherwise and sight.subjects:
        parts.append(f"I see {say.subjects(sight.subjects, lang)} instead")
    return f"{'; '.join(parts)}."


def _look_for(ask: Ask, sight: Sight, lang: Lang) -> _Found:
    found = _Found()
    for one in ask.subjects:
        _look_for_subject(one, ask.counted, sight, lang, found)
    for name in ask.groups:
        seen = [one for one in sight.subjects if SUBJECTS[one.name].category == name]
        found.there += [phrase(one, lang) for one in seen]
        found.absent += [] if seen else [say.group(name, lang)]
    _look_for_names(ask, sight, lang, found)
    for colour in ask.colours:
        seen = [one for one in sight.subjects if sight.colour(one) == colour]
        found.there += [_in_colour(one, colour, lang) for one in seen]
        found.absent += [] if seen else [f"{say.colour(colour, lang)}的东西" if lang == "zh" else f"anything {colour}"]
    for quote in ask.quoted:
        present = quote.casefold() in sight.words.casefold()
        (found.there if present else found.absent).append(f"“{quote}”")
    found.absent += [f"“{word[:60]}”" for word in ask.words[:6]]
    return found


def _look_for_names(ask: Ask, sight: Sight, lang: Lang, found: _Found) -> None:
    """Look for settings, styles and light."""
    for name in ask.scenes:
        text = say.scene(name, lang) + ("场景" if lang == "zh" else " as the setting")
        (found.there if name in sight.scenes else found.absent).append(text)
    for name in ask.styles:
        text = say.style(name, lang) + ("风格" if lang == "zh" else " style")
        (found.there if name in sight.styles else found.absent).append(text)
    for name in ask.lights:
        (found.there if name in sight.lights else found.absent).append(say.light(name, lang))


def _look_for_subject(one: Subject, counted: bool, sight: Sight, lang: Lang, found: _Found) -> None:
    """Look for one subject; another number or colour than asked about is told as such."""
    seen = [two for two in sight.subjects if two.name == one.name]
    if not seen:
        found.absent.append(say.bare(one.name, lang, 2) if one.count > 1 else phrase(Subject(one.name), lang))
        return
    right = [two for two in seen if not one.colour or sight.colour(two) == one.colour]
    plain = [phrase(two, lang) for two in seen]
    if not right:
        colours = [say.colour(sight.colour(two), lang) for two in seen if sight.colour(two)]
        asked = say.colour(one.colour, lang)
        name = say.bare(one.name, lang, seen[0].count)
        if lang == "zh":
            real = f"是{say.listed(colours, lang)}的" if colours else "的颜色无法判断"
            found.otherwise.append(f"{name}{real},不是{asked}的" if colours else f"{name}{real}")
        else:
            verb = "are" if say.is_plural(seen[0]) else "is"
            real = f"{verb} {say.listed(colours, lang)}, not {asked}" if colours else f"{verb} drawn without colours"
            found.otherwise.append(f"the {name} {real}")
    elif counted and one.count != sum(two.count for two in right):
        total, told = sum(two.count for two in right), say.subjects(right, lang)
        found.otherwise.append(
            f"是{told},不是 {one.count} 个" if lang == "zh" else f"I count {total} ({told}), not {one.count}"
        )
    else:
        found.there += [_in_colour(two, one.colour, lang) for two in right] if one.colour else plain


def _in_colour(one: Subject, colour: str, lang: Lang) -> str:
    return phrase(Subject(one.name, one.count, colour), lang)
