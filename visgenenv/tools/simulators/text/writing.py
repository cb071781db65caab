"""What the writing tools share: the text a call works on, the asset it writes, and how long writing takes."""

from __future__ import annotations

from visgenenv.tools.invocation import Invocation
from visgenenv.types import Asset, Recipe


def cited_text(call: Invocation) -> Asset | None:
    """Return the text asset a call's text parameter cites, or None where it holds the text itself."""
    return call.cited[0] if call.cited and call.cited[0].kind == "text" else None


def text_of(asset: Asset) -> str:
    return str(asset.recipe.params["text"])


def words(call: Invocation, text: str, source: Asset | None) -> str:
    """Return the text to work on; refuse one without any words."""
    text = text_of(source) if source else text
    if not text.strip():
        call.refuse("the text to work on holds no words, only spaces")
    return text


def write(call: Invocation, text: str, subtype: str) -> Asset:
    """Mint the text asset; every asset the call cites is a parent: texts as source, pictures as subject."""
    cited = call.cited
    parents = tuple(dict.fromkeys([(asset.id, "source" if asset.kind == "text" else "subject") for asset in cited]))
    recipe = Recipe("document", call.seed(), {"text": text}, tuple([asset.recipe for asset in cited]))
    return call.mint("text", "txt", "text/plain", recipe, subtype=subtype, parents=parents)


def writing_time(call: Invocation, shots: int) -> tuple[float, float]:
    """Return median and p95 of the time to write so many shots; malformed JSON is repaired by asking once more."""
    table = call.spec.latency
    model = table["writing"]
    tokens = model["fixed_tokens"] + model["tokens_per_shot"] * shots
    median = model["first_token_s"] + tokens / model["tokens_per_second"]
    if call.quirk("json_repair"):
        median *= 2
    return median, median * table["p95"] / table["median"]
