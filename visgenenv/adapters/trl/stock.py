"""An environment for TRL's own, unchanged trainers: one method per tool.

`GRPOTrainer` and `AsyncGRPOTrainer` of TRL call the methods of an environment as tools and keep the text of the turns to
themselves. So the calls are executed one after the other here, and what the policy wrote is joined with them afterwards.
`VisGenGRPOTrainer` needs none of this; docs/training.md says what is lost without it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Literal

import orjson
from msgspec import structs

from visgenenv.adapters.lm.episodes import EpisodeEnvironment
from visgenenv.adapters.lm.view import View
from visgenenv.env import VisGenEnv
from visgenenv.rewards import score
from visgenenv.tools import load_toolbox
from visgenenv.trajectory import Trajectory
from visgenenv.types import Action, Step

OVER = '{"status":"note","message":"The episode is over."}'


class ToolEnvironment(EpisodeEnvironment):
    """The episode behind one method per tool; `tool_environment_factory` makes subclasses that have the methods."""

    _preset: str | None = None

    def _call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Execute one call; return its result as TRL wants it, text or content parts."""
        call = orjson.dumps({"name": name, "arguments": arguments}).decode()
        told = self._play(f"<tool_call>\n{call}\n</tool_call>")
        return told[0]["content"] if told else OVER

    def _joined(self, completion: Sequence[dict[str, Any]]) -> Trajectory:
        """Return the record with the turns as the policy wrote them.

        Args:
            completion: The messages of a rollout, as TRL gives them to reward functions.
        """
        record = self._record()
        executed = iter(record.steps)
        steps = []
        for message in completion:
            if message["role"] == "assistant":
                action = Action.from_message(message)
                parts = [step for _, step in zip(action.calls, executed, strict=False)]
                results = tuple(result for step in parts for result in step.results)
                calls = action.calls[: len(results)]
                told = tuple(content for step in parts for content in step.told)
                steps.append(Step(structs.replace(action, calls=calls), results, told))
        ended = bool(steps) and steps[-1].action.answer is not None
        return structs.replace(
            record, steps=tuple(steps), terminated=ended, truncated_by="" if ended else record.truncated_by or "tokens"
        )


def tool_environment_factory(
    names: Sequence[str],
    view: View | None = None,
    *,
    lang: str = "en",
    reward: str | None = None,
    **env: Any,
) -> Callable[[], ToolEnvironment]:
    """Return an `environment_factory` for TRL's own trainers. It can be pickled, as `AsyncGRPOTrainer` demands.

    Args:
        names: Of the tools. Each takes some 200 tokens of Qwen's in a prompt, so name those the tasks need.
        view: How much of an episode the model is shown; `images="none"` for `AsyncGRPOTrainer`.
        lang: Of the descriptions.
        reward: A preset: the environment then has TRL's `get_reward`, for trainers whose reward functions see no
            environments. It knows the calls, but not the text of the turns, so choose one that scores calls.
        **env: Keywords of `VisGenEnv`.

    Example:
        >>> environment = tool_environment_factory(["tool_task_manager"])()
        >>> environment.tool_task_manager.__doc__.splitlines()[2]
        'Args:'
    """
    load_toolbox().openai(names)
    return partial(_make, tuple(names), view or View(), lang, reward, env)


def _make(names: tuple[str, ...], view: View, lang: str, reward: str | None, env: dict[str, Any]) -> ToolEnvironment:
    return _kind(names, lang, reward)(VisGenEnv(**env), view)


@lru_cache(maxsize=16)
def _kind(names: tuple[str, ...], lang: str, reward: str | None) -> type[ToolEnvironment]:
    members: dict[str, Any] = {
        schema["function"]["name"]: _method(schema) for schema in load_toolbox().openai(names, lang)
    }
    if reward is not None:
        members |= {"_preset": reward, "get_reward": _get_reward}
    return type("VisGenTools", (ToolEnvironment,), members)


def _get_reward(self: ToolEnvironment) -> float:
    return score(self._record(), self._preset or "hardened").reward


def _method(schema: dict[str, Any]) -> Callable[..., Any]:
    """Return a method that takes anything, with the signature and docstring that TRL makes a schema of."""
    function = schema["function"]
    name, parameters = function["name"], function["parameters"]

    def method(self: ToolEnvironment, /, **arguments: Any) -> Any:
        return self._call(name, arguments)

    required = parameters.get("required", ())
    order = sorted(parameters["properties"], key=lambda one: one not in required)
    kinds = {one: _type(parameters["properties"][one]) for one in order}
    method.__name__ = method.__qualname__ = name
    method.__annotations__ = {**kinds, "return": str}
    method.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY),
            *(
                inspect.Parameter(
                    one,
                    inspect.Parameter.KEYWORD_ONLY,
                    annotation=kinds[one],
                    default=inspect.Parameter.empty if one in required else None,
                )
                for one in order
            ),
        ],
        return_annotation=str,
    )
    lines = [f"    {one}: {_line(parameters['properties'][one].get('description', one))}" for one in order]
    method.__doc__ = "\n".join(
        [_line(function["description"]), "", "Args:", *lines, "", "Returns:", "    The result as JSON."]
    )
    return method


_TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "object": dict,
    "array": list,
}


def _type(part: dict[str, Any]) -> Any:
    if "enum" in part:
        return Literal[tuple(part["enum"])]
    kind = part.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array" and "type" in part.get("items", {}):
        return list[_type(part["items"])]  # type: ignore[misc]
    return _TYPES[kind]


def _line(text: str) -> str:
    return " ".join(text.split())
