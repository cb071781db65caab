"""Putting a judge's question to an endpoint: JSON by `response_format` where the endpoint knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from visgenenv.endpoint import Deadline, Endpoint, Pace, Refused, Unanswered, message_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_FORMAT_REFUSED = (400, 404, 415, 422)
"""How endpoints say that they do not know `response_format`."""

Message = dict[str, str]


class JudgeEndpoint(Endpoint):
    """A judging model behind a URL. It remembers whether the endpoint takes `response_format`.

    Args:
        base_url: Up to and with `/v1`.
        model: As the endpoint names it.
        api_key: Sent as bearer token.
        options: Parameters of the request; None takes one out.
        structured: Whether to send `response_format`: True, False, or None to find out once.
        retries: After the first attempt.
        backoff_s: The wait before retry k is this times 2**k, times 0.75 to 1.25.
        timeout_s: Of one attempt.
        pace: Of all requests.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None,
        *,
        options: Mapping[str, Any],
        structured: bool | None,
        retries: int,
        backoff_s: float,
        timeout_s: float,
        pace: Pace,
    ):
        super().__init__(base_url, model, api_key, retries=retries, backoff_s=backoff_s, timeout_s=timeout_s, pace=pace)
        self.options = dict(options)
        self.structured = structured

    async def ask(
        self, client: AsyncOpenAI, messages: list[Message], schema: dict[str, Any], seed: int, deadline: Deadline
    ) -> str:
        """Return the text of one reply; if the endpoint may have refused `response_format`, ask without it."""
        try:
            reply = await self._put(client, messages, seed, deadline, None if self.structured is False else schema)
        except Refused as refused:
            if self.structured is not None or refused.status not in _FORMAT_REFUSED:
                raise Unanswered(str(refused)) from refused
        else:
            self.structured = self.structured is not False
            return reply
        try:
            reply = await self._put(client, messages, seed, deadline, None)
        except Refused as refused:
            raise Unanswered(str(refused)) from refused
        self.structured = False
        return reply

    async def _put(
        self,
        client: AsyncOpenAI,
        messages: list[Message],
        seed: int,
        deadline: Deadline,
        schema: dict[str, Any] | None,
    ) -> str:
        request: dict[str, Any] = {"messages": messages, "seed": seed, **self.options}
        if schema is not None:
            named = {"name": "verdict", "strict": True, "schema": schema}
            request["response_format"] = {"type": "json_schema", "json_schema": named}
        return await self.post(client, request, deadline, f"{seed}:{messages[1]['content']}", _content)


def _content(completion: Any) -> str:
    content = message_of(completion).get("content")
    return content if isinstance(content, str) else ""
