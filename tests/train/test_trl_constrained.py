"""A local model held to the grammar of a turn; the grammars themselves: tests/test_adapters.py. Needs xgrammar."""

import sys
from functools import partial

import pytest

from visgenenv import load_suite, rollout
from visgenenv.adapters.grammar import turn_grammar
from visgenenv.adapters.tiny import build_tiny
from visgenenv.adapters.trl import QwenVLPolicy, View
from visgenenv.adapters.trl.constrained import Constraint
from visgenenv.errors import MissingExtra

TURN = partial(turn_grammar, think_chars=20, longest=12, calls=1)


def test_without_xgrammar_one_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "xgrammar", None)
    _, processor = build_tiny()
    with pytest.raises(MissingExtra, match=r"^constrained decoding .* needs xgrammar: pip install xgrammar$"):
        Constraint(processor.tokenizer, len(processor.tokenizer))


def test_an_untrained_model_writes_readable_turns_under_a_grammar_and_none_without():
    pytest.importorskip("xgrammar", reason="xgrammar is not installed (pip install xgrammar)")
    model, processor = build_tiny()
    view = View(schemas="compact", instructions="short", images="none")
    held = Constraint(processor.tokenizer, len(processor.tokenizer), TURN)
    readable = {}
    for name, constraint in (("free", None), ("held", held)):
        policy = QwenVLPolicy(model, processor, view=view, max_turn_tokens=400, temperature=1.0, constraint=constraint)
        records = rollout(policy, load_suite("dev")[:4], max_turns=1, faults="none", progress=False)
        turns = [step for record in records for step in record.steps]
        readable[name] = sum(not step.action.faults for step in turns)
    assert readable["free"] == 0 and readable["held"] >= 1
