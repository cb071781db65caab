"""tool_content_summary: what matters of long texts, in four forms, made of their own sentences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.text.extracts import Statement, best, compressed, statements
from visgenenv.tools.simulators.text.prose import Lang, clip, language
from visgenenv.types import Recipe, ToolResult

_SHARE = {"concise": 0.35, "detailed": 1.0, "bullet_points": 0.45, "executive": 0.45}
"""How much of a source a summary of each style takes, if that is less than `max_length`."""
_LEAST_ROOM = 160
_KEY_POINTS = 10
_POINT_LENGTH = {"en": 140, "zh": 60}
_HEADINGS = {"en": ("Bottom line: ", "Key points:"), "zh": ("结论\uff1a", "要点\uff1a")}
_NAMES = {"en": "English", "zh": "Chinese"}


class Summary(Struct, frozen=True):
    """A summary and what is to be said about it."""

    text: str
    key_points: tuple[str, ...]
    warnings: tuple[str, ...]


def tool_content_summary(
    call: Invocation,
    *,
    text: str | None = None,
    sources: list[str] | None = None,
    max_length: int,
    style: str,
    focus: str = "",
    language: str,
) -> ToolResult:
    """Read the text, or the texts cited, and give back what matters most of it."""
    cited = list({asset.id: asset for asset in call.cited}.values())
    texts = tuple([str(asset.recipe.params["text"]) for asset in cited]) or (text or "",)
    tokens = _tokens(call, texts)
    if not any(map(str.strip, texts)):
        call.refuse("the text to summarise holds no words, only spaces", code="invalid_request_error")
    summary = summarise(texts, max_length, style, focus, language)
    recipe = Recipe("document", call.seed(), {"text": summary.text}, tuple([asset.recipe for asset in cited]))
    parents = tuple([(asset.id, "source") for asset in cited])
    asset = call.mint("text", "txt", "text/plain", recipe, subtype="summary", parents=parents)
    data: dict[str, Any] = {
        "summary": summary.text,
        "key_points": list(summary.key_points),
        "source_count": len(texts),
    }
    if summary.warnings:
        data["warnings"] = list(summary.warnings)
    price = call.spec.price
    more = max(tokens - price["included_tokens"], 0) * price["per_input_token"]
    return call.done(asset, data=data, cost=min(price["per_call"] + more, price["most"]))


def _tokens(call: Invocation, texts: Sequence[str]) -> int:
    """Estimate the tokens of the texts, a Chinese character counting as one; refuse more than the model reads."""
    characters = sum(map(len, texts))
    others = sum(len(text.encode("utf-8", "replace")) for text in texts) - characters if characters > 1500 else 0
    tokens = (characters + 3 * others // 2) // 4
    limit = call.spec.tables["max_tokens"]
    if tokens > limit:
        call.refuse(f"prompt is too long: {tokens} tokens > {limit} maximum", code="invalid_request_error")
    return tokens


@lru_cache(256)
def summarise(texts: tuple[str, ...], max_length: int, style: str, focus: str, asked: str) -> Summary:
    """Summarise texts in at most `max_length` characters; `asked` is the language wished for, or "auto"."""
    known = statements(texts, focus)
    lang = _main_language(known, asked)
    warnings = []
    own = [one for one in known if one.lang == lang]
    if known and not own:
        warnings.append(f"the sources hold no {_NAMES[lang]}: sentences are quoted as they are, not translated")
        own, lang = known, known[0].lang
    known = own
    whole = _joined([one.text for one in known], lang)
    if len(whole) <= max_length:
        warnings.append(f"the source has {len(whole)} characters and fits into max_length: nearly all of it is kept")
        text = _as_it_is(known, whole, style, max_length)
    else:
        room = min(max_length, max(int(len(whole) * _SHARE[style]), _LEAST_ROOM))
        text = clip(_FORMS[style](known, room, lang), max_length)
    points = best(known, 100_000, 0, min(_KEY_POINTS, max(3, len(known) // 4)))
    return Summary(text, tuple(clip(compressed(one.text), _POINT_LENGTH[lang]) for one in points), tuple(warnings))


def _main_language(known: list[Statement], asked: str) -> Lang:
    """Return the language asked for, or the one that most of the sources' characters are in."""
    if asked != "auto":
        return language("", asked)
    weight = sum(len(one.text) * (3 if one.lang == "zh" else -1) for one in known)
    return "zh" if weight > 0 else "en"


def _joined(lines: Sequence[str], lang: Lang) -> str:
    return ("" if lang == "zh" else " ").join(lines)


def _as_it_is(known: list[Statement], whole: str, style: str, limit: int) -> str:
    """Return a short source whole; as a list where one is asked for and fits."""
    listed = _list([one.text for one in known])
    return listed if style == "bullet_points" and len(listed) <= limit else whole


def _prose(known: list[Statement], room: int, lang: Lang) -> str:
    picked = best(known, room, 0 if lang == "zh" else 1)
    if not picked:
        return clip(compressed(max(known, key=lambda one: one.score).text), room)
    return _joined([compressed(one.text) for one in picked], lang)


def _bullets(known: list[Statement], room: int, lang: Lang) -> str:
    picked = best(known, room, 3)
    if not picked:
        return f"- {clip(compressed(max(known, key=lambda one: one.score).text), room - 2)}"
    return _list([compressed(one.text) for one in picked])


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _executive(known: list[Statement], room: int, lang: Lang) -> str:
    """Put the one thing that matters first, and the points that bear it below."""
    line, points = _HEADINGS[lang]
    top = max(known, key=lambda one: one.score)
    opening = line + clip(compressed(top.text), max(room - len(line), 20))
    left = room - len(opening) - len(points) - 3
    others = best([one for one in known if one is not top], left, 3, 6)
    return f"{opening}\n\n{points}\n{_list([compressed(one.text) for one in others])}" if others else opening


_FORMS = {"concise": _prose, "detailed": _prose, "bullet_points": _bullets, "executive": _executive}
