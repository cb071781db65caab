"""The options of a command that lets a language model play, and the policy they make."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from visgenenv.cli.terminal import POLICIES, BadInput, known, named_policy
from visgenenv.policies import ChatPolicy, Policy
from visgenenv.prompts import Images

CHAT = "chat"
TRAINED = "ppo:"
"""Before the folder of a policy trained on the control view."""
PLAYERS = (*POLICIES, CHAT, f"{TRAINED}FOLDER")

_IMAGES: tuple[Images, ...] = ("user", "tool", "none")
Model = Annotated[str | None, typer.Option(help="With --policy chat: the model, as its server names it.")]
BaseUrl = Annotated[str | None, typer.Option(help="With --policy chat: of the server, up to and with /v1.")]
ApiKeyEnv = Annotated[
    str | None, typer.Option(metavar="NAME", help="Environment variable that holds the server's key, if it wants one.")
]
NativeTools = Annotated[bool, typer.Option(help="Call tools through the server's API, or all in tagged text.")]
ShowImages = Annotated[str, typer.Option("--images", help=f"Where the model sees pictures: {', '.join(_IMAGES)}.")]
Temperature = Annotated[float, typer.Option(min=0.0, help="Of the model.")]
MaxTokens = Annotated[int, typer.Option(min=1, help="Of one turn of the model.")]


def named_player(
    policy: str,
    model: str | None,
    base_url: str | None,
    api_key_env: str | None,
    native_tools: bool,
    images: str,
    temperature: float,
    max_tokens: int,
) -> Policy:
    """Return a policy by name; "chat" needs a model and a server, "ppo:FOLDER" is what `visgenenv train ppo` left."""
    if policy.startswith(TRAINED):
        from visgenenv.adapters.trained import load_trained

        return load_trained(policy.removeprefix(TRAINED))
    if known("policy", policy, [*POLICIES, CHAT]) != CHAT:
        if model or base_url:
            raise BadInput(f"--model and --base-url belong to --policy {CHAT}, not to {policy}")
        return named_policy(policy)
    if not (model and base_url):
        raise BadInput(
            f"--policy {CHAT} needs --model and --base-url, as in --model Qwen/Qwen3-VL-8B-Instruct "
            "--base-url http://localhost:8000/v1"
        )
    known("way to show images", images, _IMAGES)
    if api_key_env and not os.environ.get(api_key_env):
        raise BadInput(f"--api-key-env: there is no environment variable {api_key_env}, or it is empty")
    shown = next(way for way in _IMAGES if way == images)
    return ChatPolicy(
        base_url, model, os.environ[api_key_env] if api_key_env else None, native_tools,
        images=shown, temperature=temperature, max_tokens=max_tokens,
    )  # fmt: skip
