"""Bring your own tool: a document that says what it takes, and a function that simulates it."""

from visgenenv import VisGenEnv, load_toolbox
from visgenenv.tools import Invocation, Workspace, parse_spec
from visgenenv.types import Recipe, ToolResult

DOCUMENT = {
    "name": "tool_poster",
    "title": {"en": "Poster", "zh": "海报"},
    "category": "image",
    "service": "Example Posters",
    "description": {"en": "Draw a poster with a slogan.", "zh": "绘制一张带标语的海报。"},
    "input_schema": {
        "type": "object",
        "additionalProperties": False,
        "required": ["subject", "slogan"],
        "properties": {
            "subject": {"type": "string", "minLength": 1, "description": {"en": "What to show.", "zh": "画面内容。"}},
            "slogan": {"type": "string", "maxLength": 40, "description": {"en": "Its words.", "zh": "标语。"}},
            "paper": {"type": "string", "enum": ["A4", "A3"], "default": "A4"},
        },
    },
    "output_schema": {"type": "object", "properties": {}},
    "rules": [],
    "simulation": {
        "latency": {"median": 3, "p95": 6},
        "price": {"per_poster": 0.02},
        "tables": {"sizes": {"A4": [840, 1188], "A3": [1188, 1680]}},
        "faults": [{"type": "INTERNAL", "http_status": 503, "message": "The press is jammed.", "rate": 0.02}],
    },
    "examples": [
        {
            "call": {"subject": "a red fox", "slogan": "Open today"},
            "answer": {"assets": [{"kind": "image", "width": 840, "height": 1188}]},
        }
    ],
    "sources": ["an invented service"],
}


def tool_poster(call: Invocation, *, subject: str, slogan: str, paper: str) -> ToolResult:
    """Mint the poster: a recipe and exact numbers, no pixels yet."""
    width, height = call.spec.tables["sizes"][paper]
    recipe = Recipe("scene", call.seed(), {"prompt": f'{subject}, with the text "{slogan}"'})
    poster = call.mint("image", "png", "image/png", recipe, width=width, height=height)
    return call.done(poster, cost=call.spec.price["per_poster"])


toolbox = load_toolbox().with_tool(parse_spec(DOCUMENT), tool_poster)

if __name__ == "__main__":
    workspace = Workspace(seed=1)
    result = toolbox.call("tool_poster", {"subject": "a red fox", "slogan": "Open today"}, workspace)
    print(result.status, workspace.open(result.assets[0].url).size, result.usage)
    wrong = toolbox.call("tool_poster", {"subject": "a red fox", "slogan": "Open", "paper": "A5"}, workspace)
    print(wrong.error)

    env = VisGenEnv(toolbox=toolbox, tools="all", tasks="paper")
    print("tool_poster" in env.reset(seed=0)[1]["system"])
