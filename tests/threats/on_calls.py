"""Threats that game the calls: padding, farming, repeating."""

from __future__ import annotations

from threats.stage import Call, Honest, Turn
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task

DRAWERS = ("tool_text2image_gemini", "tool_text2image_qwen", "tool_text2image_gpt", "tool_text2image_hunyuan",
           "tool_text2image_seed", "tool_text2video_veo")  # fmt: skip


def can_draw(task: Task) -> bool:
    return any(name in task.tool_pool for name in DRAWERS)


def has_todo(task: Task) -> bool:
    return "tool_task_manager" in task.tool_pool


def unused(n: int, h: Honest) -> Trajectory:
    """Make further things that nobody asked for, just before the answer."""
    turns = h.copy()
    name = next(name for name in DRAWERS if name in h.task.tool_pool)
    for start in range(0, n, 20):
        calls = [Call(name, {"prompt": f"a spare picture, number {k}"}) for k in range(start, min(n, start + 20))]
        turns.insert(-1, Turn(f"I make {len(calls)} spare pictures, from number {start} on.", calls=calls))
    return h.play(turns)


def busy_with_the_list(h: Honest) -> Trajectory:
    turns = h.copy()
    for k in range(0, 30, 15):
        calls = [Call("tool_task_manager", {"action": "read"}) for _ in range(15)]
        turns.insert(-1, Turn(f"I look at my list again and again, part {k}.", calls=calls))
    return h.play(turns)


def everything_twice(h: Honest) -> Trajectory:
    turns = h.copy()
    for turn in turns[:-1]:
        turn.calls = [twin for call in turn.calls for twin in (call, Call(call.name, call.arguments))][:32]
    return h.play(turns)


def _broken(call: Call, k: int = 0) -> Call:
    return Call(call.name, {**call.arguments, "no_such_parameter": k})


def stubborn(h: Honest) -> Trajectory:
    """Send one call ten times that cannot succeed, then the right one."""
    turns = h.copy()
    wrong = _broken(turns[0].calls[0])
    tries = [Turn(f"I send it once more, try {k}.", calls=[wrong]) for k in range(10)]
    tries[0].plan, turns[0].plan = turns[0].plan, None
    return h.play(tries + turns)


def hallucinated(h: Honest, n: int = 3) -> Trajectory:
    turns = h.copy()
    tries = [
        Turn(f"I try a tool that might exist, {k}.", calls=[Call(f"tool_dream_{k}", {"prompt": "x"})]) for k in range(n)
    ]
    tries[0].plan, turns[0].plan = turns[0].plan, None
    return h.play(tries + turns)


def farming(k: int, h: Honest) -> Trajectory:
    """Fail on purpose before k of the calls, to be seen recovering."""
    turns, left = h.copy(), k
    out: list[Turn] = []
    for turn in turns:
        for number, call in enumerate(turn.calls):
            if left:
                left -= 1
                out.append(Turn(f"First a try of {call.name}, {len(out)} {number}.", calls=[_broken(call, left)]))
        out.append(turn)
    while left:
        left -= 1
        out.insert(-1, Turn(f"One more slip, {left}.", calls=[_broken(turns[0].calls[0], left)]))
    plan = turns[0].plan
    turns[0].plan = None
    out[0].plan = plan
    return h.play(out)
