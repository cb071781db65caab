"""What one environment step costs: bare, through `gym.make`, and vectorised at 96, beside parsing alone.

    python benchmarks/step.py [--repeats 7]

Every figure but those of the control view comes from the same 12-turn script, one valid call a turn, each of which
succeeds (same task, same seed as recorded), in one process, interleaved; the median over the repeats is printed. The
control view plays 96 tasks of the suite "dev" with its scripted controller, and the turns that come of it are played
once more as text. Read the ratios: rates depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable

import gymnasium as gym
import numpy as np
import orjson

import visgenenv
from visgenenv.control import ControlExpert, ControlVectorEnv
from visgenenv.env import VisGenEnv
from visgenenv.parsing import blocks
from visgenenv.vector import VisGenVectorEnv

TASK, SEED, LANES = "paper/smart-speaker", 0, 96
POOL = ["tool_text2image_gemini", "tool_image_edit_gemini", "tool_image2video_keling", "tool_music_suno",
        "tool_tts_generation", "tool_video_composite", "tool_task_manager", "tool_text2image_qwen"]  # fmt: skip
THINK = (
    "The request asks for eight scenes in one living room. I have looked at what exists and at what is missing; the "
    "next useful step is number {n} of the plan. It needs the picture made before, so that layout and furniture stay "
    "the same, and a prompt that names light, time of day and camera. "
) * 2
SCENE = (
    "a modern living room with floor-to-ceiling windows, a smart speaker on the oak sideboard, warm light, scene {n}, "
    "wide shot, soft shadows, the same furniture as before, photorealistic, high detail, calm colours"
)


def script() -> list[str]:
    """Play the twelve calls once to learn the urls, and return the turns that a policy would have written."""
    env = VisGenEnv("paper", faults="none", tools="all")
    env.reset(seed=SEED, options={"task": TASK})
    turns: list[str] = []

    def play(name: str, **arguments: object) -> str:
        call = orjson.dumps({"name": name, "arguments": arguments}).decode()
        turns.append(f"<think>\n{THINK.format(n=len(turns))}\n</think>\n\n<tool_call>\n{call}\n</tool_call>")
        observation = env.step(turns[-1])[0]
        assert '"status":"success"' in observation, observation
        made = env.trajectory.steps[-1].results[0].assets
        return made[0].url if made else ""

    play(
        "tool_task_manager",
        action="write",
        todos=[{"id": str(i), "content": f"scene {i}", "status": "pending"} for i in range(6)],
    )
    anchor = play("tool_text2image_gemini", prompt=SCENE.format(n=0), aspect_ratio="16:9")
    frames = [
        play("tool_image_edit_gemini", prompt=SCENE.format(n=n), images=[anchor], aspect_ratio="16:9")
        for n in (1, 2, 3)
    ]
    clips = [play("tool_image2video_keling", image=frame, prompt=SCENE.format(n=4), duration="5") for frame in frames]
    music = play("tool_music_suno", prompt="a calm piano piece for a morning at home, no vocals", instrumental=True)
    voice = play("tool_tts_generation", text="Good morning. Here is the news of the day.", voice_id=_voice())
    play("tool_text2image_qwen", prompt=SCENE.format(n=9), size="1664*928")
    play("tool_video_composite", clips=[{"asset": clip} for clip in clips], transition="crossfade",
         audio_tracks=[{"asset": voice, "start": 1.0}], background_music={"asset": music, "volume": 0.2})  # fmt: skip
    return turns


def _voice() -> str:
    return visgenenv.load_toolbox()["tool_tts_generation"].spec.properties["voice_id"]["enum"][0]


def multi_call(turns: list[str]) -> list[str]:
    """Return turns of eight calls each."""
    calls = [turn[turn.index("<tool_call>") :] for turn in turns if "text2image" in turn]
    return [f"<think>\n{THINK.format(n=n)}\n</think>\n\n" + "\n".join(calls * 4) for n in range(6)]


Played = list[tuple[np.ndarray, list[str | None], np.ndarray]]
"""Per step: the actions, the same as texts, and which lanes were running."""


def control_script(envs: ControlVectorEnv, tasks: list[visgenenv.Task]) -> Played:
    """Let the scripted controller play one task a lane; return what it chose, as numbers and as the texts of turns."""
    expert, seeds = ControlExpert(envs.layout), list(range(len(tasks)))
    seen, _ = envs.reset(seed=seeds, options={"tasks": tasks})
    running, played = np.ones(len(tasks), bool), []
    while running.any():
        actions = expert.choose(seen["observations"], seen["action_mask"])
        texts = [
            lane.text(action) if on else None for lane, action, on in zip(envs.lanes, actions, running, strict=True)
        ]
        played.append((actions, texts, running))
        seen, _, terminations, truncations, _ = envs.step_lanes(actions, running)
        running = running & ~(terminations | truncations)
    return played


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    turns = script()
    bodies = [next(block.body for block in blocks(turn) if block.tag == "tool_call") for turn in turns]
    box = visgenenv.load_toolbox()
    checks = [(body, box[orjson.loads(body)["name"]].spec) for body in bodies]
    options = {"task": TASK}
    bare = VisGenEnv("paper", faults="none", tools="all")
    made = gym.make("VisGen-v0", tasks="paper", faults="none", tools="all")
    bares = [VisGenEnv("paper", faults="none", tools="all") for _ in range(LANES)]
    vector = gym.make_vec("VisGen-v0", LANES, tasks="paper", faults="none", tools="all")
    many = multi_call(turns)
    tasks = [task for task in visgenenv.load_suite("dev") if task.difficulty != "hard"][:LANES]
    numbers = ControlVectorEnv(LANES, autoreset_mode="Disabled", tasks=tasks, reward=None)
    texts = VisGenVectorEnv(LANES, autoreset_mode="Disabled", tasks=tasks, max_turns=20)
    played = control_script(numbers, tasks)
    first = {"seed": list(range(LANES)), "options": {"tasks": tasks}}

    def one(env: gym.Env) -> int:
        for _ in range(LANES):
            env.reset(seed=SEED, options=options)
            for turn in turns:
                env.step(turn)
        return LANES * len(turns)

    def loop() -> int:
        for env in bares:
            env.reset(seed=SEED, options=options)
        for turn in turns:
            for env in bares:
                env.step(turn)
        return LANES * len(turns)

    def lanes() -> int:
        vector.reset(seed=[SEED] * LANES, options=options)
        for turn in turns:
            vector.step((turn,) * LANES)
        return LANES * len(turns)

    def several() -> int:
        for _ in range(24):
            bare.reset(seed=SEED, options=options)
            for turn in many:
                bare.step(turn)
        return 24 * sum(turn.count("<tool_call>") for turn in many)

    def control() -> int:
        numbers.reset(**first)
        for actions, _, running in played:
            numbers.step_lanes(actions, running)
        return sum(int(running.sum()) for _, _, running in played)

    def control_texts() -> int:
        texts.reset(**first)
        for _, turns, running in played:
            texts.step_lanes(turns, running)
        return sum(int(running.sum()) for _, _, running in played)

    def parse_and_validate() -> int:
        for _ in range(LANES):
            for body, spec in checks:
                spec.is_valid(orjson.loads(body)["arguments"])
        return LANES * len(bodies)

    def json_loads() -> int:
        for _ in range(LANES):
            for body in bodies:
                json.loads(body)
        return LANES * len(bodies)

    rows: dict[str, Callable[[], int]] = {
        "bare VisGenEnv, one episode after another": lambda: one(bare),
        "gym.make defaults": lambda: one(made),
        f"bare loop over {LANES} environments": loop,
        f"gym.make_vec, {LANES} lanes": lanes,
        "turns of eight or more calls (per call)": several,
        f"control view, {LANES} lanes, dev tasks": control,
        "the same turns as text, no view": control_texts,
        "orjson.loads + validate of the same calls": parse_and_validate,
        "json.loads of the same calls": json_loads,
    }
    seconds: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(repeats + 1):
        for name, run in rows.items():
            start = time.process_time()
            n = run()
            seconds[name].append((time.process_time() - start) / n)
    report(seconds, turns)
    records = [env.trajectory for env in numbers.texts.envs]
    calls, steps = sum(len(record.ledger) for record in records), sum(len(record.steps) for record in records)
    print(
        f"a move of the control view is a turn of {calls / steps:.2f} calls on average, {steps / len(records):.1f} turns an episode, resets included"
    )


def report(seconds: dict[str, list[float]], turns: list[str]) -> None:
    """Print microseconds, rates and ratios."""
    cost = {name: statistics.median(values[1:]) for name, values in seconds.items()}
    unit = cost["json.loads of the same calls"]
    length = sum(map(len, turns)) // len(turns)
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores; {len(turns)} turns of {length} characters"
    )
    print(f"{'':46}{'us':>8}{'per second':>13}{'x json.loads':>14}")
    for name, value in cost.items():
        print(f"{name:46}{value * 1e6:8.2f}{1 / value:13,.0f}{value / unit:14.1f}")
    ratio = [
        a / b
        for a, b in zip(
            seconds[f"gym.make_vec, {LANES} lanes"][1:],
            seconds[f"bare loop over {LANES} environments"][1:],
            strict=True,
        )
    ]
    print(f"vector overhead over the bare loop: {statistics.median(ratio):.3f} x")
    view = [a / b for a, b in zip(seconds[f"control view, {LANES} lanes, dev tasks"][1:],
                                  seconds["the same turns as text, no view"][1:], strict=True)]  # fmt: skip
    print(f"control view over the same turns as text: {statistics.median(view):.2f} x")


if __name__ == "__main__":
    main()
