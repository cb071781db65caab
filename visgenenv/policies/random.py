"""The floor: a policy that calls tools at random and cites what it has seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import orjson

from visgenenv.spaces import random_call
from visgenenv.types import Conversation

SHORTEST, LONGEST = 3, 12


class RandomPolicy:
    """One think and one random schema-valid call a turn, no plan; answers after 3 to 12 turns with urls it has seen.

    Args:
        seed: Mixed with each conversation's own seed.

    Example:
        >>> from visgenenv import load_suite, rollout
        >>> record = rollout(RandomPolicy(), [load_suite("paper")[0]], progress=False)[0]
        >>> 4 <= len(record.steps) <= 13
        True
    """

    def __init__(self, seed: int = 0):
        self.seed = seed

    def act(self, conversations: Sequence[Conversation]) -> list[str]:
        """Return one turn per conversation; each depends on its conversation's seed and turn alone."""
        return [self._turn(conversation) for conversation in conversations]

    def _turn(self, conversation: Conversation) -> str:
        rng = np.random.default_rng([self.seed, conversation.seed, conversation.turn])
        length = int(np.random.default_rng([self.seed, conversation.seed]).integers(SHORTEST, LONGEST + 1))
        urls = [asset["url"] for asset in conversation.assets]
        if conversation.turn < length:
            return random_call(conversation.tools, rng, urls)
        picks = rng.choice(len(urls), size=min(len(urls), int(rng.integers(1, 4))), replace=False) if urls else ()
        answer = {
            "task_status": "success",
            "answer_url_list": [urls[int(i)] for i in picks],
            "summary": "These files were picked at random.",
        }
        return f"<think>\nEnough tried, answer now.\n</think>\n\n<answer>\n{orjson.dumps(answer).decode()}\n</answer>"
