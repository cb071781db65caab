"""`VisGen-v0`: an episode as a Gymnasium environment whose actions and observations are text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded

from visgenenv import media as media_layer
from visgenenv import prompts
from visgenenv.episode import MAX_OBSERVATION, Episode
from visgenenv.errors import TaskError, did_you_mean
from visgenenv.luck import derive_key, digest, uniforms
from visgenenv.media import MediaDB
from visgenenv.media.looking import Looker
from visgenenv.parsing import MAX_CHARS, parse_action
from visgenenv.rewards.result import delivered, met
from visgenenv.spaces import Unicode, random_call
from visgenenv.tasks import load_suite, load_task
from visgenenv.tools import Backend, FaultModel, Toolbox, Workspace, load_faults, load_toolbox
from visgenenv.trajectory import Trajectory
from visgenenv.types import Conversation, Task

MAX_IMAGES = 4
VIEW_PX = 448

Observation = str | dict[str, Any]


class VisGenEnv(gym.Env[Any, str]):
    """A visual creation studio: one task an episode, one assistant turn a step.

    - **Action**: any `str` up to 65,536 characters, the assistant's whole turn (`<think>`, `<plan>`,
      `<tool_call>`, `<answer>`). Whatever it holds, `step` does not raise; mistakes come back as tool errors.
    - **Observation** "text": the `str` the policy is told next, at most 65,536 characters (at reset the request).
      "multimodal": `{"text": str, "images": uint8 (4, 448, 448, 3), "num_images": int}`, the newest picture first.
    - **Reward**: 1.0 at the end if every objective constraint of the task is met, else 0.0. Wrap the environment
      in `LtrReward` for the paper's reward.
    - **End**: `terminated` on a valid answer; `truncated` at a limit, named in `info["truncated_by"]`.
    - **Info**: `turn, latency_s, cost_usd` each step (simulated seconds, US dollars); at the end `success` (an asset
      of the right modality, made in this episode, is delivered), `truncated_by` and `trajectory`; at reset `system`
      (the whole system prompt with tool schemas) and `task` (its id).

    Args:
        tasks: Name of a suite, or any sequence of tasks that is cheap to deepcopy.
        toolbox: All tools; default the shipped ones.
        tools: "task": the task's own pool (needs and distractors); "all": every tool of the toolbox.
        media: The media database; default `MediaDB(match="prompt")`.
        feedback: "auto": new pictures are shown; "on_demand": only analysis tools tell of them; "none": the
            paper's blind setting.
        backend: Who turns valid calls into results; default the simulators.
        faults: "none", "realistic", "stress", "randomized" or a `FaultModel`.
        max_turns: Turns after which the episode is truncated.
        observation: "text" or "multimodal".
        lang: Language of the environment's own words, "en" or "zh"; default the task's.
        url_style: "short" or "long" (service-like links of about 150 characters).
        budget_usd: Money after which the episode is truncated; None: no limit.
        max_context: Characters of conversation after which the episode is truncated; None: no limit.
        render_mode: None, "ansi" (the transcript) or "rgb_array" (a contact sheet).

    `reset(options=...)` takes `task` (an id or a `Task`), `world_seed` (rollouts that share it share all luck) and
    `policy_seed` (what `conversation.seed` says).
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi", "rgb_array"], "render_fps": 1}  # noqa: RUF012 - as Gymnasium declares it

    def __init__(
        self,
        tasks: str | Sequence[Task] = "train",
        *,
        toolbox: Toolbox | None = None,
        tools: str = "task",
        media: MediaDB | None = None,
        feedback: str = "auto",
        backend: Backend | None = None,
        faults: str | FaultModel = "realistic",
        max_turns: int = 40,
        observation: str = "text",
        lang: str | None = None,
        url_style: str = "short",
        budget_usd: float | None = None,
        max_context: int | None = None,
        render_mode: str | None = None,
    ):
        _one_of("tools", tools, ("task", "all"))
        _one_of("feedback", feedback, ("auto", "on_demand", "none"))
        _one_of("observation", observation, ("text", "multimodal"))
        _one_of("lang", lang, (None, "en", "zh"))
        _one_of("url_style", url_style, ("short", "long"))
        _one_of("render_mode", render_mode, (None, *self.metadata["render_modes"]))
        if max_turns < 1:
            raise ValueError(f"max_turns must be at least 1, not {max_turns}")
        self.tasks = load_suite(tasks) if isinstance(tasks, str) else tasks
        if len(self.tasks) == 0:
            raise TaskError("tasks: an empty sequence; at least one task is needed")
        self.toolbox = toolbox or load_toolbox()
        self.media = media or MediaDB()
        self.backend = backend
        self.faults = load_faults(faults)
        self.feedback = feedback
        self.observation_mode = observation
        self._text_only = observation == "text"
        self.render_mode = render_mode
        self._offered = tuple(self.toolbox) if tools == "all" else None
        self._limits: dict[str, Any] = {"max_turns": max_turns, "budget_usd": budget_usd, "max_context": max_context}
        self._words: dict[str, Any] = {"lang": lang, "url_style": url_style}
        self.settings = {
            "tools": tools,
            "faults": self.faults.name,
            **({"defects": self.faults.defects} if self.faults.defects else {}),
            "feedback": feedback,
            "match": self.media.match,
            **({"media": {"path": self.media.path, "version": self.media.version}} if self.media.path else {}),
            **self._limits,
            **self._words,
        }
        schemas = tuple(tool.spec.function_schema(lang or "en") for tool in self.toolbox.values())
        self.action_space = Unicode(MAX_CHARS, sampler=partial(_sample_action, schemas))
        self.observation_space = _observation_space(observation)
        self._episode: Episode | None = None
        self._policy_seed: int | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start an episode; the same seed and task give the same ids, luck and observations anywhere."""
        super().reset(seed=seed)
        options = _known_options(options or {})
        episode_seed = int(self.np_random.integers(1 << 62)) if seed is None else seed
        task = self._find_task(options.get("task"), episode_seed)
        self._policy_seed = options.get("policy_seed")
        self._episode = Episode(
            task,
            self.toolbox,
            seed=episode_seed,
            world_seed=options.get("world_seed"),
            offered=self._offered,
            faults=self.faults,
            backend=self.backend,
            media=self.media,
            settings=self.settings,
            **self._limits,
            **self._words,
        )
        return self._observe(), {"system": self._episode.system_text(), "task": task.id}

    def step(self, action: str) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Play one assistant turn.

        Raises:
            TypeError: The action is no `str`.
            gymnasium.error.ResetNeeded: The episode has not begun, or is over.
        """
        episode = self._episode
        if type(action) is not str and not isinstance(action, str):
            raise TypeError(f"an action is a str (the assistant's turn), not {type(action).__name__}")
        if episode is None or episode.over:
            raise ResetNeeded("the episode has not begun or is over: call reset() before step()")
        step = episode.act(parse_action(action))
        workspace = episode.workspace
        info: dict[str, Any] = {
            "turn": len(episode.steps),
            "latency_s": workspace.clock,
            "cost_usd": workspace.cost_usd,
        }
        reward = self._finish(info) if episode.over else 0.0
        observation = prompts.wrap(step.told) if self._text_only else self._observe()
        return observation, reward, episode.terminated, bool(episode.truncated_by), info

    def _finish(self, info: dict[str, Any]) -> float:
        """Add to `info` what is known at the end; return the bare reward."""
        record = self.trajectory
        info["success"] = bool(delivered(record))
        info["truncated_by"] = record.truncated_by
        info["trajectory"] = record
        return float(met(record))

    @property
    def episode(self) -> Episode:
        """The running (or finished) episode."""
        if self._episode is None:
            raise ResetNeeded("there is no episode yet: call reset() first")
        return self._episode

    @property
    def trajectory(self) -> Trajectory:
        """The record of the episode so far."""
        return self.episode.record()

    @property
    def conversation(self) -> Conversation:
        """What a policy reads now."""
        looker = Looker(self.workspace.assets, VIEW_PX) if self.feedback == "auto" else None
        return self.episode.conversation(self._policy_seed, looker)

    @property
    def workspace(self) -> Workspace:
        """The state of the episode: assets, ledger, clock, money."""
        return self.episode.workspace

    def look(self, url: str) -> list[Any]:
        """Return small Pillow pictures of an asset, as a model should see them; none unless feedback is "auto"."""
        return Looker(self.workspace.assets, VIEW_PX)(url) if self.feedback == "auto" else []

    def render(self) -> Any:
        """Return the transcript ("ansi") or a contact sheet of all pictures and films ("rgb_array", uint8 HxWx3)."""
        if self.render_mode == "ansi":
            messages = self.episode.conversation().messages[1:]
            return "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in messages)
        if self.render_mode == "rgb_array":
            return np.asarray(media_layer.contact_sheet(tuple(self.workspace.assets.values())))
        return None

    def _find_task(self, wanted: Any, seed: int) -> Task:
        if isinstance(wanted, Task):
            return wanted
        if wanted is None:
            u = uniforms(digest(derive_key("task", seed)))[0]
            return self.tasks[int(u * len(self.tasks))]
        if not isinstance(wanted, str):
            raise TypeError(f"options['task'] is a task id or a Task, not {type(wanted).__name__}")
        own = () if hasattr(self.tasks, "name") else self.tasks
        return next((task for task in own if task.id == wanted), None) or load_task(wanted)

    def _observe(self) -> Observation:
        text = self.episode.observation()
        if self.observation_mode == "text":
            return text
        assets = self._new_pictures()
        images = media_layer.letterboxed(assets, MAX_IMAGES, VIEW_PX)
        return {"text": text, "images": images, "num_images": np.int64(len(assets))}

    def _new_pictures(self) -> list[Any]:
        """Return the assets made by the latest step (at first: the uploads), newest first, at most four."""
        if self.feedback != "auto":
            return []
        episode = self.episode
        if episode.steps:
            made = [asset for result in episode.steps[-1].results for asset in result.assets]
        else:
            made = list(self.workspace.assets.values())
        seen = [asset for asset in made if asset.kind in ("image", "video", "audio")]
        return seen[::-1][:MAX_IMAGES]


def _sample_action(schemas: Sequence[dict[str, Any]], rng: np.random.Generator) -> str:
    """Draw a well-formed turn with one random call."""
    return random_call(schemas, rng)


_OPTIONS = ("task", "world_seed", "policy_seed")


def _known_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a reset; one nobody knows is a slip that would otherwise play another request."""
    for name in options:
        if name not in _OPTIONS:
            hint = did_you_mean(str(name), _OPTIONS)
            raise ValueError(f"reset(options=...) knows {', '.join(_OPTIONS)}, not {name!r}{hint}")
    return options


def _observation_space(mode: str) -> spaces.Space[Any]:
    text = Unicode(MAX_OBSERVATION)
    if mode == "text":
        return text
    pixels = spaces.Box(0, 255, (MAX_IMAGES, VIEW_PX, VIEW_PX, 3), np.uint8)
    return spaces.Dict({"text": text, "images": pixels, "num_images": spaces.Discrete(MAX_IMAGES + 1)})


def _one_of(name: str, value: Any, known: Sequence[Any]) -> None:
    if value not in known:
        raise ValueError(f"{name}={value!r} is not one of {', '.join(map(repr, known))}")
