"""From a conversation to its standing: the request first, then every turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from visgenenv.control.commission import Readings
from visgenenv.control.standing import Standing
from visgenenv.episode import Episode
from visgenenv.parsing import parse_action
from visgenenv.policies.expert import read_request, split_request
from visgenenv.types import Conversation


def begin_episode(episode: Episode, readings: Readings) -> Standing:
    """Read the request of an episode that has just begun: its public text, and the tools on offer."""
    query, uploads = split_request(episode.first)
    commission = readings.read(query, uploads, (episode.lang, *episode.offered), episode.schemas)
    return Standing(commission, episode.lang)  # type: ignore[arg-type]


def standing_of(conversation: Conversation, readings: Readings) -> Standing:
    """Read a whole conversation."""
    query, uploads = read_request(conversation)
    commission = readings.read(query, uploads, orjson.dumps(conversation.tools), lambda: conversation.tools)
    standing = Standing(commission, conversation.lang)
    for text, told in turns_of(conversation):
        standing.take(parse_action(text), told)
    return standing


def turns_of(conversation: Conversation) -> Iterator[tuple[str, list[str]]]:
    """Yield every turn of a conversation: the assistant's text, and the tool messages after it."""
    turn: tuple[str, list[str]] | None = None
    for message in conversation.messages:
        if message["role"] == "assistant":
            if turn is not None:
                yield turn
            turn = (_text(message["content"]), [])
        elif message["role"] == "tool" and turn is not None:
            turn[1].append(_text(message["content"]))
    if turn is not None:
        yield turn


def _text(content: Any) -> str:
    """Return the words of a message whose content may be a list of parts."""
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part.get("type") == "text")
