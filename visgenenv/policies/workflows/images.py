"""Pictures: each for itself, in batches, or all from one reference."""

from __future__ import annotations

from collections.abc import Generator

from visgenenv.policies.brief import Brief
from visgenenv.policies.workflows.answers import deliver
from visgenenv.policies.workflows.craft import about, invented, prompt, reference_prompt, way_of
from visgenenv.policies.workflows.offer import Offer
from visgenenv.policies.workflows.turns import Picture, Result, Step, Turn, Wish, Work, obtain
from visgenenv.policies.workflows.words import counted, say
from visgenenv.types import Lang


def make_images(brief: Brief, offer: Offer, lang: Lang) -> Work:
    """Make the pictures of a brief and deliver exactly these."""
    grouped = bool(brief.group) and bool(offer.editors(brief.size)) and (brief.picture or offer.makers(brief.size))
    pictures = yield from (_from_reference if grouped else _each_for_itself)(brief, offer, lang)
    summary = say("summary_images", lang, n=counted(len(pictures), "picture", lang), subject=about(brief))
    yield deliver([picture["url"] for picture in pictures], brief.count, summary, lang)


def shown_of(brief: Brief) -> list[str]:
    """Return what each of the pictures shows; the same picture twice gets a number."""
    if not brief.items:
        return list(invented(brief, brief.count, film=False))
    texts = [item.text for item in brief.items for _ in range(brief.each)]
    if brief.each > 1:
        form = "{}, version {}" if brief.lang == "en" else "{},版本{}"
        texts = [form.format(text, k % brief.each + 1) for k, text in enumerate(texts)]
    texts += invented(brief, max(0, brief.count - len(texts)), film=False)
    return texts[: brief.count]


def _from_reference(brief: Brief, offer: Offer, lang: Lang) -> Generator[Turn, list[Result], list[Picture]]:
    shown = shown_of(brief)
    n = len(shown)
    how = say("how_upload" if brief.picture else "how_anchor", lang, n=n)
    start = say("images_start", lang, n=counted(n, "picture", lang), subject=about(brief), how=how)
    start += (" " if lang == "en" else "") + way_of(brief, lang)
    editor = offer.editors(brief.size)[0]
    plan: tuple[Step, ...]
    if brief.picture:
        anchor = brief.picture
        plan = (Step(say("goal_edits", lang), editor, n, (), True),)
    else:
        ways = offer.draw(reference_prompt(brief), brief.size)
        plan = (Step(say("goal_reference", lang), ways[0].name), Step(say("goal_edits", lang), editor, n, (1,), True))
        drawn = yield from obtain([Wish(say("reference", lang), ways)], start, lang, plan)
        if not drawn[0]:
            return []
        anchor = drawn[0][0]["url"]
        start = say("edits", lang, anchor=anchor, n=n, first=shown[0])
    wishes = [
        Wish(say("picture", lang, k=k), offer.edit(prompt(brief, text, edit=True), anchor, brief.size))
        for k, text in enumerate(shown, 1)
    ]
    made = yield from obtain(wishes, start, lang, plan if brief.picture else None)
    return [picture for pictures in made for picture in pictures]


def _each_for_itself(brief: Brief, offer: Offer, lang: Lang) -> Generator[Turn, list[Result], list[Picture]]:
    wishes = _wishes(brief, offer, lang)
    if not wishes or not wishes[0].ways:
        return []
    how = say("how_batch" if any(wish.n > 1 for wish in wishes) else "how_items", lang)
    start = say("images_start", lang, n=counted(brief.count, "picture", lang), subject=about(brief), how=how)
    start += (" " if lang == "en" else "") + way_of(brief, lang)
    calls = sum(-(-wish.n // wish.ways[0].batch) for wish in wishes)
    plan = (Step(say("goal_pictures", lang), wishes[0].ways[0].name, calls, (), True),)
    made = yield from obtain(wishes, start, lang, plan)
    return [picture for pictures in made for picture in pictures]


def bundles_of(brief: Brief) -> list[tuple[str, int]]:
    """Return what the pictures show and how many share each description, where none is drawn from another."""
    if brief.items and len(brief.items) * brief.each == brief.count:
        return [(item.text, brief.each) for item in brief.items]
    if brief.items or brief.variety:
        return [(text, 1) for text in shown_of(brief)]
    return [("", brief.count)]


def _wishes(brief: Brief, offer: Offer, lang: Lang) -> list[Wish]:
    """Bundle pictures that share a prompt as far as the best tool takes several at once."""
    bundles = bundles_of(brief)
    wishes: list[Wish] = []
    for text, n in bundles:
        ways = offer.draw(prompt(brief, text), brief.size, n)
        batch = ways[0].batch if ways else 1
        for k, start in enumerate(range(0, n, batch)):
            wanted = min(batch, n - start)
            words = text if n <= batch else numbered(brief, text, k + 1)
            ways = offer.draw(prompt(brief, words), brief.size, wanted)
            wishes.append(Wish(say("picture", lang, k=len(wishes) + 1), ways, wanted))
    return wishes


def numbered(brief: Brief, text: str, k: int) -> str:
    """Tell the k-th batch of one description from the others."""
    form = "{} take {}" if brief.lang == "en" else "{}第{}组"
    return form.format(text, k).strip()
