"""Score old traces again: under other presets, with other weights, with another judge, without playing anything.

python examples/rescore.py run/traces.jsonl        # of your own; by default some are played first
"""

import sys
import tempfile
from pathlib import Path

from visgenenv import ExpertPolicy, load_suite, rollout
from visgenenv.rewards import score_all
from visgenenv.rewards.judges import NoisyJudge, RuleJudge
from visgenenv.trace import read_traces, write_traces

WAYS = {
    "hardened": {},
    "the paper's": {"preset": "paper"},
    "no plan": {"preset": "RL1"},
    "format alone": {"weights": {"tool": 0, "result": 0, "traj": 0, "cons": 0, "match": 0}},
    "a judge who errs": {"judge": NoisyJudge(RuleJudge(), sd=0.2)},
}


def rescore(path: Path) -> None:
    records = list(read_traces(path))
    print(f"{len(records)} episodes of {path.name}")
    for name, way in WAYS.items():
        rewards = [one.reward for one in score_all(records, **way)]
        mean = sum(rewards) / len(rewards)
        print(f"  {name:18}{mean:.3f} in the mean, {min(rewards):.3f} to {max(rewards):.3f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        rescore(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            played = Path(folder) / "traces.jsonl"
            write_traces(played, rollout(ExpertPolicy("mixed"), load_suite("dev")[:24], progress=False))
            rescore(played)
