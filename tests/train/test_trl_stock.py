"""TRL's own GRPOTrainer, unchanged, over an environment with one method per tool; and a watch over TRL's private names."""

import inspect
import pickle

import pytest
import torch
from datasets import Dataset
from scripted import THINK, VIEW, answer, call, config, draw, elf
from transformers.utils import get_json_schema
from trl import GRPOTrainer

from visgenenv import load_toolbox, score
from visgenenv.adapters.tiny import build_tiny
from visgenenv.adapters.trl import ltr_rewards, task_rows, tool_environment_factory, with_seeds
from visgenenv.adapters.trl.rounds import ATTRIBUTES, RELIED_ON
from visgenenv.parsing import parse_action

TOOLS = ("tool_text2image_gemini", "tool_task_manager")


def test_every_tool_gives_trl_a_schema_with_its_parameters():
    environment = tool_environment_factory(tuple(load_toolbox()))()
    for name, tool in load_toolbox().items():
        made = get_json_schema(getattr(environment, name))["function"]
        wanted = tool.spec.function_schema("en")["function"]["parameters"]
        assert made["name"] == name
        assert made["parameters"]["properties"].keys() == wanted["properties"].keys()
        assert set(made["parameters"].get("required", [])) == set(wanted.get("required", []))


def test_a_factory_can_be_sent_to_another_process():
    factory = pickle.loads(pickle.dumps(tool_environment_factory(TOOLS, reward="paper", faults="none")))
    environment = factory()
    environment.reset(**with_seeds(task_rows(elf()))[0])
    assert '"status":"success"' in environment.tool_text2image_gemini(prompt="a red fox")[0]["text"]
    assert environment.get_reward() == score(environment._record(), "paper").reward


def test_trls_own_trainer_plays_and_is_paid_for_the_text_of_the_policy(tmp_path):
    tiny, processor = build_tiny()
    made = GRPOTrainer(
        tiny,
        ltr_rewards("paper"),
        config(tmp_path),
        environment_factory=tool_environment_factory(TOOLS, VIEW, faults="none"),
        train_dataset=Dataset.from_list(with_seeds(task_rows(elf(), VIEW))),
        processing_class=processor,
    )
    plan = '<plan>\n[{"goal":"draw","tool":"tool_text2image_gemini","n":1,"deps":[]}]\n</plan>\n\n'
    first = THINK + plan + call("tool_text2image_gemini", '{"prompt":"an elf archer"}')
    turns = [first, draw("the same elf archer"), answer()]
    says(made, [[turns[0], turns[2]], [turns[1]], [turns[2]]])
    made.train()
    record = made.reward_funcs[0].scored.trajectories[0]
    for step, turn in zip(record.steps, map(parse_action, turns), strict=True):
        mine = step.action
        assert (mine.think, mine.plan, mine.calls, mine.answer) == (turn.think, turn.plan, turn.calls, turn.answer)
    assert len(record.ledger) == 2 and record.terminated
    assert made.reward_funcs[0].exact[0] == score(record, "paper").reward > 0


def says(made, rounds):
    """Let the model say `rounds[n]` at its n-th call, a turn a row."""
    target, tokenizer, said = made.accelerator.unwrap_model(made.model), made._tokenizer, iter(rounds)

    def generate(**inputs):
        rows = [torch.tensor([*tokenizer(turn)["input_ids"], tokenizer.eos_token_id]) for turn in next(said)]
        new = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=tokenizer.pad_token_id)
        return torch.cat([inputs["input_ids"], new], 1)

    target.generate = generate


@pytest.mark.parametrize("name", sorted(RELIED_ON))
def test_the_private_methods_of_trl_are_as_we_rely_on_them(name):
    parameters = list(inspect.signature(getattr(GRPOTrainer, name)).parameters)[1:]
    assert tuple(parameters) == RELIED_ON[name]


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_the_private_attributes_of_trl_are_still_used_by_it(name):
    assert f"self.{name}" in inspect.getsource(GRPOTrainer)
