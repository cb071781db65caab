"""What a policy is: from conversations to the assistant's next turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from visgenenv.types import Conversation


@runtime_checkable
class Policy(Protocol):
    """Anything that answers a batch of conversations.

    A turn must be a pure function of its conversation: the same whatever batch it arrives in.
    """

    def act(self, conversations: Sequence[Conversation]) -> Sequence[str]:
        """Return one assistant turn per conversation, in order."""
        ...
