"""What actors of a test import: the smallest thing a random model can learn, and what breaks or speaks by a script.

The smallest thing is to write letters and spaces, whatever they say.
"""

from visgenenv.adapters.rllib.grpo import Reply
from visgenenv.adapters.rllib.grpo.weights import fingerprint
from visgenenv.adapters.tiny import tiny_processor
from visgenenv.rewards import Preset, RuleJudge
from visgenenv.tools import SimulatedBackend
from visgenenv.types import Score

THINK = "<think>\nlook at what is there\n</think>\n\n"
ANSWER = '<answer>\n{"task_status":"failed","answer_url_list":[],"summary":"There is nothing to show."}\n</answer>'
PLANNED = THINK + '<plan>[{"goal":"draw an elf","tool":"tool_text2image_gemini","n":1,"deps":[]}]</plan>'


def draw(prompt):
    arguments = f'{{"prompt":"{prompt}"}}'
    return f'{THINK}<tool_call>\n{{"name":"tool_text2image_gemini","arguments":{arguments}}}\n</tool_call>'


def readable(trajectory):
    """Share of the characters of all turns that are letters a to z, of either case, or spaces."""
    text = "".join(step.text for step in trajectory.steps)
    good = sum((one.isalpha() and one.isascii()) or one == " " for one in text)
    return Score(good / max(1, len(text)), f"{good} of {len(text)} characters")


READABLE = Preset({"readable": 1.0})
"""Nothing else is paid, so that a run of seconds shows whether learning works at all."""


def raising(trajectory):
    raise LookupError("no such brand")


def raising_at_seed_1(trajectory):
    return raising(trajectory) if trajectory.seed == 1 else Score(0.5, "half of it")


class Silent:
    """A judge that never gives a verdict, or none on tasks with files of the user's own."""

    def __init__(self, only_on_uploads=False):
        self.only_on_uploads = only_on_uploads

    def judge_plan(self, case):
        return RuleJudge().judge_plan(case) if self.only_on_uploads and not case.task.uploads else None

    def judge_traj(self, case):
        return RuleJudge().judge_traj(case) if self.only_on_uploads and not case.task.uploads else None


class Scripted:
    """An engine that writes the n-th of its lines for the n-th rollout, and `last` in every turn after the first."""

    def __init__(self, model, lines, last):
        self.lines, self.last, self.tokenizer = iter(lines), last, tiny_processor(1024).tokenizer
        self.version, self.held = -1, ""

    async def generate(self, requests, version):
        replies = []
        for one in requests:
            first = self.tokenizer.decode(one.ids).count("<|im_start|>assistant") == 1
            turn = next(self.lines) if first else self.last
            ids = [*self.tokenizer(turn)["input_ids"], self.tokenizer.eos_token_id]
            replies.append(Reply(ids, [-1.0] * len(ids), version))
        return replies

    async def load(self, weights, version):
        self.version, self.held = version, fingerprint(weights)
        return self.held

    async def fingerprint(self):
        return self.held

    async def ready(self):
        return self.version


class Breaking:
    """A backend whose picture tool is broken for prompts that speak of a fox."""

    def __init__(self):
        self.real = SimulatedBackend()

    def submit(self, call):
        if "fox" in str(call.arguments):
            raise ZeroDivisionError("the drawing service divides by zero")
        return self.real.submit(call)
