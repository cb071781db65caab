"""A tool: a document and its simulator."""

import json
from pathlib import Path

from visgenenv import load_toolbox
from visgenenv.tools import parse_spec
from visgenenv.types import Recipe

DOCUMENT = json.loads(Path(__file__).with_name("tool_text2image_felt.json").read_text("utf-8"))


def tool_text2image_felt(call, *, prompt, size):
    """Mint a picture of a felt figure."""
    pixels = call.spec.tables["pixels"][size]
    recipe = Recipe("scene", call.seed(), {"prompt": prompt})
    picture = call.mint("image", "png", "image/png", recipe, width=pixels, height=pixels)
    return call.done(picture, cost=call.spec.price["per_figure"])


def toolbox():
    """Return the shipped tools and this one."""
    return load_toolbox().with_tool(parse_spec(DOCUMENT), tool_text2image_felt)
