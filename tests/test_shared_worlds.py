"""What tools may depend on: not on hidden truth, and their weather not on how a rollout words its calls."""

import re

import orjson
import pytest
from test_oracle import hidden_truth_permuted

from visgenenv import ExpertPolicy, VisGenEnv, load_suite, load_toolbox, rollout
from visgenenv.tools import FaultModel

BOX = load_toolbox()
TASK = load_suite("paper")[2]
URL = re.compile(r"(?:asset://)?(img|vid|aud|txt|sub|doc)_[0-9a-z]{4,}(?:\.[a-z0-9]{2,4})?")
STOCK = (
    ("tool_text2image_gemini", {"prompt": "a red fox in a forest", "aspect_ratio": "16:9"}),
    ("tool_text2image_qwen", {"prompt": "a red fox in a forest"}),
    ("tool_text2video_veo", {"prompt": "a red fox runs", "duration_seconds": 8}),
    ("tool_music_suno", {"prompt": "calm piano"}),
    ("tool_video_script_gen", {"topic": "a fox mends the lanterns of a town"}),
)


def turn(*calls):
    texts = [orjson.dumps({"name": name, "arguments": arguments}).decode() for name, arguments in calls]
    return "<think>one more step of the plan</think>" + "".join(f"<tool_call>{text}</tool_call>" for text in texts)


def played(task, name):
    """Return every observation of an episode that stocks up and then tries the examples of one tool."""
    env = VisGenEnv([task], tools="all", faults="stress")
    env.reset(seed=4, options={"task": task})
    told = [env.step(turn(call, call))[0] for call in STOCK]
    told.append(
        env.step(turn(("tool_video_shot_gen", {"script": "A fox wakes. It mends a lantern.", "num_shots": 2})))[0]
    )
    written = {asset.subtype: asset.url for asset in env.workspace.assets.values() if asset.kind == "text"}
    told.append(
        env.step(turn(("tool_subtitle_add_text", {"video": newest(env, "vid"), "text": "hi", "burn_in": False})))[0]
    )
    for example in BOX[name].spec.examples:
        text = orjson.dumps(example.call).decode()
        for cited in {match.group(0) for match in URL.finditer(text)}:
            kind = next((name for name in written if f'"{name}":"{cited}' in text), URL.match(cited)[1])
            text = text.replace(cited, written.get(kind) or newest(env, kind))
        told += [env.step(turn((name, orjson.loads(text))))[0] for _ in range(2)]
    return told


def newest(env, prefix):
    made = [asset.url for asset in env.workspace.assets.values() if asset.id.startswith(prefix)]
    return made[-1] if made else f"asset://{prefix}_missing0.bin"


@pytest.mark.parametrize("name", sorted(BOX))
def test_hidden_truth_changes_no_byte_of_a_tools_results(name):
    honest = played(TASK, name)
    assert played(hidden_truth_permuted(TASK), name) == honest
    assert '"status":"success"' in "".join(honest[7:])


def reworded(text, variant):
    """Word the prompts of a turn differently, and leave everything else as it is."""
    return re.sub(r'"(prompt)":"((?:[^"\\]|\\.)*)"', lambda m: f'"{m[1]}":"{m[2]} take {variant}"', text)


def follow(record, variant):
    """Play a record's turns again in its world, as another episode, in other words; return the errors met."""
    rough = FaultModel("rough", 4.0, types={"CONTENT_BLOCKED": 0.0})
    env = VisGenEnv([record.task], faults=rough)
    env.reset(seed=100 + variant, options={"task": record.task, "world_seed": record.world_seed})
    for step in record.steps:
        known = dict(zip((asset.url for asset in record.assets), env.trajectory.assets, strict=False))
        text = reworded(step.text, variant) if variant else step.text
        for url, asset in known.items():
            text = text.replace(url, asset.url)
        env.step(text)
    return [entry.result.error.type if entry.result.error else "ok" for entry in env.trajectory.ledger]


def test_eight_paraphrases_of_one_trajectory_meet_the_same_faults_in_a_shared_world():
    rough = FaultModel("rough", 4.0, types={"CONTENT_BLOCKED": 0.0})
    record = rollout(ExpertPolicy(), [TASK], seed=5, faults=rough, progress=False)[0]
    met = [entry.result.error.type if entry.result.error else "ok" for entry in record.ledger]
    assert len(met) - met.count("ok") >= 3
    assert [follow(record, variant) for variant in range(8)] == [met] * 8
