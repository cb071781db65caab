"""A policy that asks a language model, through any server that speaks OpenAI's chat completions."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal

from msgspec import structs

from visgenenv.endpoint import Deadline, Endpoint, Pace, Refused, Unanswered, openai_module, run
from visgenenv.errors import EndpointError
from visgenenv.luck import derive_key
from visgenenv.policies.chat_messages import NATIVE_NOTE, SHORTENINGS, Form, chat_messages
from visgenenv.policies.chat_turns import ABOUT_IMAGES, TOO_LONG, ChatTurn, advice, given_up, read_turn
from visgenenv.prompts import Images, system_prompt
from visgenenv.types import Conversation

if TYPE_CHECKING:
    from openai import AsyncOpenAI

VERSION = 1
"""Raised whenever the same conversation would be put to a model in another form."""

PROMPT_HASH = blake2b(
    "\n".join([*map(system_prompt, NATIVE_NOTE), *NATIVE_NOTE.values()]).encode(), digest_size=6
).hexdigest()
"""Names the wording of all instructions, the environment's and this policy's."""

_MISCONFIGURED = (401, 403, 404, 405)
"""Statuses that say nothing about one conversation: a wrong key, model or path."""


class ChatPolicy:
    """Lets a language model play.

    Args:
        base_url: Of the server, up to and with `/v1`.
        model: As the server names it.
        api_key: For servers that want one. It is never written anywhere.
        native_tools: Whether tools are offered and called through the API; else everything is tagged text, which any
            chat model can be asked for.
        images: Where pictures stand: "user" (in a user message after the results, which every vision server takes),
            "tool" (in the result's own message), "none" (for models that read text only).
        max_images: So many of the newest pictures of a conversation are sent.
        temperature: Of the model.
        seed: Mixed with each conversation's own seed and turn into the request's `seed`, so that several samples of one
            task differ where the temperature allows it.
        max_tokens: Of a turn, thinking included.
        options: Further parameters of the request; None takes one out, as in `{"seed": None}`.
        thinking: How earlier thinking goes back to a model that calls natively: "field" (`reasoning_content`), "text"
            (`<think>`), "none"; None: as a field, and as text once the server has refused the field.
        concurrency: Conversations at the same time.
        retries: After timeouts, broken connections, 408, 409, 429 and 5xx; `Retry-After` is kept.
        backoff_s: The first wait, give or take a quarter; each further one is twice as long.
        timeout_s: Of one attempt.
        deadline_s: Of one turn with all its attempts; waiting for a free place and for the pace do not count.
        requests_per_minute: At most so many, evenly spaced; None: no limit.

    A turn is a function of its conversation and of the server alone. Where the server gives none, because the
    conversation is too long for the model or every attempt failed, the turn is an honest answer with the status
    "failed", and `report()` counts it. Nobody else's turn suffers.

    `settings` says all that the turns depend on besides the server, for traces and reports.

    Raises:
        EndpointError: From `act`: the server cannot be reached, or has refused or failed every request so far.

    Example:
        >>> policy = ChatPolicy("http://localhost:8000/v1", "Qwen/Qwen3-VL-8B-Instruct")
        >>> policy.settings["decoding"]["temperature"], policy.report()["turns"]
        (0.0, 0)
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None = None,
        native_tools: bool = True,
        *,
        images: Images = "user",
        max_images: int = 8,
        temperature: float = 0.0,
        seed: int = 0,
        max_tokens: int = 8192,
        options: Mapping[str, Any] | None = None,
        thinking: Literal["field", "text", "none"] | None = None,
        concurrency: int = 96,
        retries: int = 4,
        backoff_s: float = 0.5,
        timeout_s: float = 300.0,
        deadline_s: float = 900.0,
        requests_per_minute: float | None = None,
    ):
        openai_module()
        if images not in ("user", "tool", "none"):
            raise ValueError(f"images={images!r} is not one of 'user', 'tool', 'none'")
        if min(concurrency, max_tokens) < 1 or min(retries, max_images) < 0:
            raise ValueError("concurrency and max_tokens are at least 1, retries and max_images at least 0")
        self.seed = seed
        self.concurrency = concurrency
        self.deadline_s = deadline_s
        self.decoding = {"temperature": temperature, "max_tokens": max_tokens, **(options or {})}
        self.form = Form(native_tools, images, max_images, thinking or "field")
        self.endpoint = Endpoint(
            base_url, model, api_key, retries=retries, backoff_s=backoff_s, timeout_s=timeout_s,
            pace=Pace(requests_per_minute),
        )  # fmt: skip
        self.settings: dict[str, Any] = {
            "policy": "chat",
            "version": VERSION,
            "model": model,
            "native_tools": native_tools,
            "images": images,
            "max_images": max_images,
            "thinking": thinking,
            "prompt": PROMPT_HASH,
            "decoding": {**self.decoding, "seed": self.decoding.get("seed", seed)},
        }
        self.counts: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        self.lost: set[int] = set()
        """Seeds of the conversations to which the server gave no answer; an evaluation plays them again."""
        self._finds_thinking = thinking is None

    def act(self, conversations: Sequence[Conversation]) -> list[str]:
        """Return one turn per conversation, in order; they are asked for at the same time."""
        if not conversations:
            return []
        turns = run(lambda: self._answer_all(conversations))
        self._check(turns)
        self.lost.update(one.seed for one, turn in zip(conversations, turns, strict=True) if turn.kind == "lost")
        self._count(turns)
        return [turn.text for turn in turns]

    def report(self) -> dict[str, Any]:
        """Return counts since the policy was made.

        Of the `turns`, some were `shortened` (the conversation was too long at first), `empty` (the model said
        nothing) or `cut_off` (at `max_tokens`); `context` and `lost` were given up as failed answers, and `problems`
        says why. `images` were sent. `requests`, `retries` and the server's own counts of tokens follow.
        """
        names = (
            "turns",
            "shortened",
            "empty",
            "cut_off",
            "context",
            "lost",
            "images",
            "prompt_tokens",
            "completion_tokens",
        )
        return {
            **{name: self.counts[name] for name in names},
            "requests": self.endpoint.counts["requests"],
            "retries": self.endpoint.counts["retries"],
            "problems": dict(self.problems.most_common(10)),
        }

    async def _answer_all(self, conversations: Sequence[Conversation]) -> list[ChatTurn]:
        places = asyncio.Semaphore(self.concurrency)

        async def answer(conversation: Conversation) -> ChatTurn:
            async with places:
                return await self._answer(client, conversation)

        async with self.endpoint.client() as client:
            return await asyncio.gather(*(answer(conversation) for conversation in conversations))

    async def _answer(self, client: AsyncOpenAI, conversation: Conversation) -> ChatTurn:
        """Ask about one conversation, shorter each time it is too long."""
        deadline = Deadline(self.deadline_s)
        problem = ""
        for level in range(len(SHORTENINGS) + 1):
            try:
                return await self._ask(client, conversation, deadline, level)
            except Refused as refused:
                problem = str(refused)
                if not TOO_LONG.search(refused.said):
                    return given_up("lost", conversation.lang, problem, refused.status)
            except Unanswered as error:
                return given_up("lost", conversation.lang, str(error), reached=error.reached)
        return given_up("context", conversation.lang, problem)

    async def _ask(self, client: AsyncOpenAI, conversation: Conversation, deadline: Deadline, level: int) -> ChatTurn:
        """Return a turn; if the server refuses `reasoning_content`, send thinking as text from then on."""
        form = self.form
        try:
            return await self._post(client, conversation, deadline, level)
        except Refused as refused:
            if form.thinking != "field" or not self._finds_thinking or "reasoning_content" not in refused.said:
                raise
        self.form = structs.replace(self.form, thinking="text")
        return await self._post(client, conversation, deadline, level)

    async def _post(self, client: AsyncOpenAI, conversation: Conversation, deadline: Deadline, level: int) -> ChatTurn:
        form = self.form.shorter(level)
        messages, images = chat_messages(conversation, form)
        name = f"{self.seed}:{conversation.turn}"
        request: dict[str, Any] = {
            "messages": messages,
            "seed": int.from_bytes(derive_key(f"chat:{name}", conversation.seed)[:4], "little") >> 1,
            **self.decoding,
        }
        if form.native and conversation.tools:
            request["tools"] = list(conversation.tools)
        turn = await self.endpoint.post(client, request, deadline, f"{name}:{conversation.seed}", read_turn)
        return structs.replace(turn, counts={**turn.counts, "images": images, "shortened": int(level > 0)})

    def _check(self, turns: Sequence[ChatTurn]) -> None:
        """Raise if the reason for a loss is the server or how it is used, and not the conversation."""
        lost = [turn for turn in turns if turn.kind == "lost"]
        if not lost:
            return
        url, model = self.endpoint.base_url, self.endpoint.model
        said = Counter(turn.problem for turn in lost).most_common(1)[0][0].removeprefix("the endpoint ")
        all_lost = len(lost) == len(turns)
        if all_lost and not any(turn.reached for turn in lost):
            raise EndpointError(f"no answer from {url} ({said}): is the server up, and is this its address?")
        if all_lost and (not self.counts["turns"] or all(turn.status in _MISCONFIGURED for turn in lost)):
            raise EndpointError(f"{url}, model {model!r}: {said}{advice(said)}")
        seen = self.counts["images"] or any(turn.counts.get("images") for turn in turns)
        blind = next((turn.problem for turn in lost if ABOUT_IMAGES.search(turn.problem)), "")
        if blind and not seen:
            raise EndpointError(f"{url}, model {model!r}: {blind}{advice(blind)}")

    def _count(self, turns: Sequence[ChatTurn]) -> None:
        for turn in turns:
            self.counts["turns"] += 1
            self.counts.update(turn.counts)
            if turn.kind:
                self.counts[turn.kind] += 1
                self.problems[turn.problem] += 1
