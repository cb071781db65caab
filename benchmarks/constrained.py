"""What a grammar does for an untrained model: share of its turns and calls that are well-formed.

Run: .venv-train/bin/python benchmarks/constrained.py   (needs xgrammar; about four minutes on one core)
"""

from collections import Counter
from functools import partial

from visgenenv import load_suite, rollout
from visgenenv.adapters.grammar import turn_grammar
from visgenenv.adapters.tiny import build_tiny
from visgenenv.adapters.trl import QwenVLPolicy, View
from visgenenv.adapters.trl.constrained import Constraint

EPISODES, TURNS, TOKENS = 24, 4, 400


def main() -> None:
    model, processor = build_tiny()
    grammar = partial(turn_grammar, think_chars=40, longest=24, calls=1)
    view = View(schemas="compact", instructions="short", image_px=64)
    for name, constraint in (
        ("free", None),
        ("turn_grammar", Constraint(processor.tokenizer, len(processor.tokenizer), grammar)),
    ):
        policy = QwenVLPolicy(
            model, processor, view=view, max_turn_tokens=TOKENS, temperature=1.0, constraint=constraint
        )
        records = rollout(policy, load_suite("dev")[:EPISODES], max_turns=TURNS, faults="none", progress=False)
        steps = [step for record in records for step in record.steps]
        calls = [entry for record in records for entry in record.ledger]
        ends = Counter(entry.result.error.type if entry.result.error else "ok" for entry in calls)
        print(
            f"{name}: {len(steps)} turns, {sum(not step.action.faults for step in steps) / len(steps):.0%} without fault; "
            f"{len(calls)} calls, {sum(not entry.call.error for entry in calls) / max(1, len(calls)):.0%} readable, "
            f"{ends['ok'] / max(1, len(calls)):.0%} executed {dict(ends)}; "
            f"{sum(record.terminated for record in records)} of {len(records)} episodes answered"
        )


if __name__ == "__main__":
    main()
