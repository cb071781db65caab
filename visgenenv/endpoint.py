"""Talking to an OpenAI-compatible server: one request at a time with retries and a deadline, many at one pace."""

from __future__ import annotations

import asyncio
import email.utils
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

from visgenenv.errors import MissingExtra
from visgenenv.luck import first_uniform

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

RETRIED = (408, 409, 429)
"""Statuses after which it is worth asking again; so are all from 500 on, timeouts and broken connections."""

T = TypeVar("T")


class Unanswered(Exception):
    """The server gave no reply that can be used; says why. `reached`: the last attempt got as far as a connection."""

    def __init__(self, problem: str, reached: bool = True):
        super().__init__(problem)
        self.reached = reached


class Refused(Exception):
    """The server refused a request, and asking the same once more is useless; `said` is its message in full."""

    def __init__(self, problem: str, status: int, said: str = ""):
        super().__init__(problem)
        self.status = status
        self.said = said


class Again(Exception):
    """It is worth asking once more, after `wait_s` if the server said so."""

    def __init__(self, problem: str, wait_s: float = 0.0, reached: bool = True):
        super().__init__(problem)
        self.wait_s = wait_s
        self.reached = reached


def openai_module() -> Any:
    """Import the client, which is an optional dependency and takes half a second to load."""
    try:
        import openai
    except ImportError as error:
        need = "talking to a model's server needs the openai client: pip install 'visgenenv[judge]'"
        raise MissingExtra(need) from error
    return openai


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end from anywhere; inside a running event loop it gets a thread and a loop of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    with ThreadPoolExecutor(1, thread_name_prefix="endpoint") as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


class Pace:
    """At most so many requests a minute, evenly spaced; it holds across batches."""

    def __init__(self, per_minute: float | None):
        self.gap_s = 60 / per_minute if per_minute else 0.0
        self.next_s = 0.0

    async def turn(self) -> float:
        """Wait for a turn; return the seconds waited."""
        now = time.monotonic()
        start = max(self.next_s, now)
        self.next_s = start + self.gap_s
        if start > now:
            await asyncio.sleep(start - now)
        return start - now


class Deadline:
    """When an item gives up. Time spent waiting for the pace does not count."""

    def __init__(self, seconds: float):
        self.end_s = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.end_s - time.monotonic())


class Endpoint:
    """A model behind a URL.

    Args:
        base_url: Up to and with `/v1`.
        model: As the server names it.
        api_key: Sent as bearer token; None for servers that want none.
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
        retries: int,
        backoff_s: float,
        timeout_s: float,
        pace: Pace,
    ):
        self.base_url = base_url
        self.model = model
        self.api_key = api_key or "none"
        self.retries = retries
        self.backoff_s = backoff_s
        self.timeout_s = timeout_s
        self.pace = pace
        self.counts: Counter[str] = Counter()

    def client(self) -> AsyncOpenAI:
        """Return a client for one batch; whoever takes it closes it. It does not retry: that is done here."""
        client: AsyncOpenAI = openai_module().AsyncOpenAI(
            base_url=self.base_url, api_key=self.api_key, max_retries=0, timeout=self.timeout_s
        )
        return client

    async def post(
        self,
        client: AsyncOpenAI,
        parameters: Mapping[str, Any],
        deadline: Deadline,
        key: str,
        read: Callable[[Any], T],
    ) -> T:
        """Return what `read` makes of the chat completion, asking again where that may help.

        Args:
            client: From `client()`.
            parameters: Of the request besides the model; None takes one out.
            deadline: Of this and whatever else the caller asks about the same item.
            key: Names the item; how long its retries wait depends on it.
            read: Gets the completion as plain data; raises `Again` if it is none.

        Raises:
            Refused: The server refused, for a reason that will not go away.
            Unanswered: Every attempt failed, or the deadline is over.
        """
        named = {"model": self.model, **parameters}
        body = {name: value for name, value in named.items() if value is not None}
        problem, reached = "", False
        for attempt in range(self.retries + 1):
            deadline.end_s += await self.pace.turn()
            self.counts["requests"] += 1
            try:
                async with asyncio.timeout(min(self.timeout_s, deadline.left_s)):
                    return read(await _create(client, body))
            except Again as again:
                problem, wait, reached = str(again), again.wait_s, again.reached
            except TimeoutError:
                problem, wait, reached = "no answer in time", 0.0, True
            wait = max(wait, self.backoff_s * 2**attempt * (0.75 + _jitter(key, attempt) / 2))
            if attempt == self.retries or wait >= deadline.left_s:
                break
            self.counts["retries"] += 1
            await asyncio.sleep(wait)
        raise Unanswered(problem, reached)


async def _create(client: AsyncOpenAI, body: dict[str, Any]) -> Any:
    """Make one request."""
    openai = openai_module()
    try:  # `client.chat.completions.create` walks the types of all that is sent and received: a millisecond each time
        return await client.post("/chat/completions", body=body, cast_to=object)
    except openai.APIStatusError as error:
        raise _refusal(error) from error
    except (openai.APIError, ValueError) as error:
        reached = type(error.__cause__).__name__ != "ConnectError"
        raise Again(f"{type(error).__name__}: {error}"[:200], reached=reached) from error


def message_of(completion: Any) -> dict[str, Any]:
    """Return the message of the first choice; an answer of another shape is a fault of the server."""
    try:
        message = completion["choices"][0]["message"]
    except (KeyError, IndexError, TypeError) as error:
        raise Again("the endpoint's answer is no chat completion") from error
    if not isinstance(message, dict):
        raise Again("the endpoint's answer is no chat completion")
    return message


def _refusal(error: APIStatusError) -> Again | Refused:
    status, said = error.status_code, f"the endpoint answered {error.status_code}: {error.message}"[:200]
    if status in RETRIED or status >= 500:
        return Again(said, _retry_after(error.response.headers))
    return Refused(said, status, f"{error.message} {error.body}")


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds that an answer asks to wait: `Retry-After`, a number or a date, else 0."""
    value = headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def _jitter(key: str, attempt: int) -> float:
    """Return a number in [0, 1) that belongs to this attempt at this item."""
    return first_uniform(blake2b(f"{attempt}:{key}".encode()).digest())
