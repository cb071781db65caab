"""The nouns. Every one is a frozen `msgspec.Struct`: data without behaviour, safe to share and to compare.

`Trajectory`, which can also open and export what it records, lives in `visgenenv.trajectory`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct, field

Kind = Literal["image", "video", "audio", "text", "subtitle", "document"]
Lang = Literal["en", "zh"]
Modality = Literal["image", "video"]
TaskStatus = Literal["success", "partial", "failed"]

KIND_PREFIX: dict[str, str] = {
    "image": "img",
    "video": "vid",
    "audio": "aud",
    "text": "txt",
    "subtitle": "sub",
    "document": "doc",
}


class Recipe(Struct, frozen=True, gc=False):
    """How an asset is drawn: a node, its parameters, and the recipes it is made from.

    `media.drawing`, `media.audio` and `media.truth` hold a table each of what every node shows, sounds like and means.
    `seed` is the lineage key of the call that made it (hex): equal in every rollout that shares the world.
    A trace stores `sources` once, as the assets they belong to.
    """

    node: str
    seed: str
    params: dict[str, Any] = {}
    sources: tuple[Recipe, ...] = ()


class Asset(Struct, frozen=True, gc=False):
    """One immutable file of an episode, described exactly; bytes exist only once somebody exports it.

    Durations are integers: `n_frames` at `fps = (numerator, denominator)` for video, `n_samples` at
    `sample_rate` for audio. Seconds are derived (`duration`). `content_root` is the id of the asset whose
    content this one repeats unchanged (itself, unless an edit changed nothing).
    """

    id: str
    url: str
    kind: Kind
    mime: str
    recipe: Recipe
    width: int = 0
    height: int = 0
    n_frames: int = 0
    fps: tuple[int, int] = (0, 1)
    n_samples: int = 0
    sample_rate: int = 0
    channels: int = 0
    has_audio: bool = False
    subtype: str = ""
    parents: tuple[tuple[str, str], ...] = ()
    """Pairs `(asset id, role)`; roles: edit_source, subject, style, first_frame, last_frame, track, clip, source."""
    created_by: str = ""
    content_root: str = ""

    @property
    def duration(self) -> float:
        """Length in seconds; 0.0 for what has no length."""
        if self.n_frames:
            return self.n_frames * self.fps[1] / self.fps[0]
        return self.n_samples / self.sample_rate if self.n_samples else 0.0


class Subject(Struct, frozen=True):
    """Something drawn: a lexicon name, how many, in which colour, where (centre, as shares of the frame)."""

    name: str
    count: int = 1
    colour: str = ""
    position: tuple[float, float] = (0.5, 0.5)


class Shot(Struct, frozen=True):
    """One stretch of a film that comes from one generated source.

    `source` is the lineage key of the original clip or picture, `seconds` how long it is on screen,
    `native` how much of the source's own material is used, `stretch = seconds / native`.
    """

    source: str
    seconds: float
    native: float
    stretch: float = 1.0
    description: str = ""


class Truth(Struct, frozen=True):
    """What an asset really shows or sounds like: a pure function of its recipe, never shown to a policy."""

    subjects: tuple[Subject, ...] = ()
    scene: str = ""
    style: str = ""
    text: str = ""
    """Words drawn into the picture, or burnt in as subtitles."""
    shots: tuple[Shot, ...] = ()
    bpm: float = 0.0
    speech: str = ""
    music: bool = False
    sound: bool = False
    subtitles: tuple[tuple[float, float, str], ...] = ()
    defects: tuple[str, ...] = ()
    unrendered: tuple[str, ...] = ()
    """Words of the prompt outside the lexicon: they are not in the picture, and nobody may claim they are."""


class Duration(Struct, frozen=True):
    """A demand on length: `seconds` of the whole delivery (`total`) or of every item (`each`)."""

    seconds: float
    scope: Literal["total", "each"] = "total"


class Size(Struct, frozen=True):
    """A demand on shape: exact pixels, or an aspect ratio such as `(16, 9)` when `exact` is false."""

    width: int
    height: int
    exact: bool = False


class Group(Struct, frozen=True):
    """A demand for consistency: `n_required` deliverables must show the same object, scene or style."""

    name: str
    kind: Literal["object", "scene", "style"]
    n_required: int
    aliases: tuple[str, ...] = ()
    """Ways to name it, in English and Chinese; the first is the canonical English one."""
    attrs: tuple[str, ...] = ()
    user_ref: str = ""
    """Name of the upload that shows it, if the user gave one."""


class Upload(Struct, frozen=True):
    """A file the user brings: what it is and what it shows. It becomes an asset of the episode at reset."""

    name: str
    kind: Literal["image", "video", "audio"]
    description: str
    width: int = 0
    height: int = 0
    duration: float = 0.0


class Task(Struct, frozen=True):
    """One request. `id, lang, query, uploads` are public; all else is ground truth, hidden from tools and policies."""

    id: str
    lang: Lang
    query: str
    type: str
    """One of the 42 of the paper's Table 8, `video.1` to `video.21` and `image.1` to `image.21`."""
    modality: Modality
    count: tuple[int, int] = (1, 1)
    """How many deliverables of the modality are asked for: least and most."""
    dimension: str = ""
    scenario: str = ""
    """The field of life it comes from, one of 36 for generated tasks ("beauty", "museums")."""
    split: str = ""
    difficulty: Literal["easy", "medium", "hard"] = "medium"
    uploads: tuple[Upload, ...] = ()
    duration: Duration | None = None
    shots: int | None = None
    audio: tuple[Literal["bgm", "tts", "sfx"], ...] = ()
    subtitle: bool = False
    size: Size | None = None
    groups: tuple[Group, ...] = ()
    attributes: tuple[str, ...] = ()
    """What every picture, or the film as a whole, must show: "four orange hats", "scene: kitchen", "style: ink", or
    words outside the lexicon, in both languages where there are two ("in a yellow raincoat|穿着黄色雨衣")."""
    slots: tuple[str, ...] = ()
    """What the single pictures or shots show, one each, in the order of the request; written like `attributes`."""
    tool_pool: tuple[str, ...] = ()
    reference_length: int = 0
    """Calls in the shortest valid plan, multiplicities expanded (the specification's `L_ref`)."""
    source: str = ""


class ToolCall(Struct, frozen=True, gc=False):
    """One call as the policy wrote it. A call that could not be read has no name and says why in `error`."""

    name: str
    arguments: dict[str, Any]
    error: str = ""


class ToolError(Struct, frozen=True):
    """Why a call failed, as the service would say it. `fault` says whose: the agent's or the environment's."""

    type: str
    http_status: int
    message: str
    vendor_code: str = ""
    retryable: bool = False
    charged: bool = False
    task_id: str = ""
    fault: Literal["AGENT", "ENV"] = "AGENT"


class Usage(Struct, frozen=True, gc=False):
    """What a call cost: simulated seconds and US dollars; `started_s` is when it began on the simulated clock."""

    latency_s: float = 0.0
    cost_usd: float = 0.0
    started_s: float = 0.0


class ToolResult(Struct, frozen=True, gc=False):
    """What a call gave: new assets and data, or an error."""

    status: Literal["success", "error"]
    assets: tuple[Asset, ...] = ()
    data: dict[str, Any] = {}
    error: ToolError | None = None
    usage: Usage = Usage()
    inputs: tuple[str, ...] = ()
    """Ids of the assets the call cited, in the order of the arguments."""
    todos: tuple[dict[str, Any], ...] | None = None
    """The whole new to-do list, if the call replaced it."""
    flaws: tuple[str, ...] = ()
    """What is knowingly wrong in this answer, such as `wrong_detail:count`. Never shown to a policy."""

    @property
    def ok(self) -> bool:
        return self.error is None


class Answer(Struct, frozen=True):
    """A final answer that fits the schema, whatever it cites."""

    task_status: TaskStatus
    answer_url_list: tuple[str, ...]
    summary: str


class Action(Struct, frozen=True, gc=False):
    """One parsed assistant turn. `faults` lists, by code, where the text departs from the format."""

    text: str
    channel: str = "utpc"
    think: str = ""
    plan: str | None = None
    calls: tuple[ToolCall, ...] = ()
    answer: Answer | None = None
    reflect: str | None = None
    faults: tuple[str, ...] = ()

    @staticmethod
    def from_message(message: dict[str, Any]) -> Action:
        """Read an OpenAI-style assistant message; `.text` is its canonical UTPC text.

        >>> call = {"function": {"name": "tool_task_manager", "arguments": '{"action": "read"}'}}
        >>> Action.from_message({"reasoning_content": "look at the list", "tool_calls": [call]}).calls[0].name
        'tool_task_manager'
        """
        from visgenenv.parsing import action_from_message

        return action_from_message(message)


class Sampling(Struct, frozen=True):
    """What a trainer may add to a step: the policy's own tokens and how they were drawn."""

    token_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    finish_reason: str = ""
    settings: dict[str, Any] = {}
    model: str = ""
    policy_version: str = ""
    template_hash: str = ""


class Step(Struct, frozen=True, gc=False):
    """One turn: the action, one result per call, and what the policy is told (one content per tool message)."""

    action: Action
    results: tuple[ToolResult, ...] = ()
    told: tuple[str, ...] = ()
    sampling: Sampling | None = None

    @property
    def text(self) -> str:
        """The policy's raw text."""
        return self.action.text


class LedgerEntry(Struct, frozen=True):
    """One executed call: its place, what was asked, what came. A view over the steps, not a second record."""

    index: int
    turn: int
    call: ToolCall
    result: ToolResult
    category: str = ""

    @property
    def ok(self) -> bool:
        return self.result.error is None


class Score(Struct, frozen=True):
    """A number in [0, 1] with its reason, or `None` where the component does not apply to the task."""

    value: float | None
    reason: str
    evidence: dict[str, Any] = field(default_factory=dict)


class Conversation(Struct, frozen=True):
    """All a policy reads. It holds no `Task` and no hidden truth.

    `messages` are OpenAI-style dicts (`role`, `content`; tool results are `role: tool`), `tools` the schemas
    offered, `assets` the public descriptions of every asset so far, `seed` the policy's own seed. `look` draws small
    Pillow pictures of an asset url, if the episode shows pictures.
    """

    messages: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...]
    lang: Lang
    assets: tuple[dict[str, Any], ...]
    turn: int
    seed: int
    look: Callable[[str], list[Any]] | None = None
