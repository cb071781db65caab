"""Bring your own policy: anything with `act(conversations) -> turns`. This one draws one picture and hands it in."""

import json
from collections.abc import Sequence

from visgenenv import load_suite, rollout, score
from visgenenv.types import Conversation

PLAN = [{"goal": "draw the picture", "tool": "tool_text2image_gemini", "n": 1, "deps": []}]


class OnePicture:
    """Plans and draws in the first turn, tries again while that fails, then answers."""

    def act(self, conversations: Sequence[Conversation]) -> list[str]:
        return [self.turn(conversation) for conversation in conversations]

    def turn(self, conversation: Conversation) -> str:
        pictures = [asset["url"] for asset in conversation.assets if asset["kind"] == "image"]
        if pictures:
            return say("The picture is there, hand it in.", answer=pictures[-1:])
        request = conversation.messages[1]["content"]
        first = conversation.turn == 0
        return say(
            f"Attempt {conversation.turn + 1} at the picture.", draw=request[:8000], plan=PLAN if first else None
        )


def say(think: str, *, plan: list[dict] | None = None, draw: str = "", answer: list[str] | None = None) -> str:
    """Write one turn."""
    parts = [f"<think>{think}</think>"]
    if plan:
        parts.append(f"<plan>{json.dumps(plan)}</plan>")
    if draw:
        call = {"name": "tool_text2image_gemini", "arguments": {"prompt": draw}}
        parts.append(f"<tool_call>{json.dumps(call, ensure_ascii=False)}</tool_call>")
    if answer is not None:
        final = {"task_status": "success", "answer_url_list": answer, "summary": "One picture, as asked."}
        parts.append(f"<answer>{json.dumps(final)}</answer>")
    return "\n".join(parts)


if __name__ == "__main__":
    tasks = [task for task in load_suite("dev") if task.modality == "image" and task.count[0] == 1]
    for record in rollout(OnePicture(), tasks[:5], tools="all", progress=False):
        print(record.task.id, score(record).explain(), sep="\n", end="\n\n")
