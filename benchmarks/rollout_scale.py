"""How rollouts scale: episodes a second, the environment's share of the time, memory, with ever more at once.

    python benchmarks/rollout_scale.py                         # 1 to 10,000 episodes at once, then clusters on paper
    python benchmarks/rollout_scale.py --quick                 # half a minute
    python benchmarks/rollout_scale.py --base-url http://localhost:8000/v1 --model NAME     # a model instead of the clock

First, `rollout` really plays so many tasks of the suite "train" at once, each time in a process of its own. The expert
writes the turns; its time is left out, and what a decoder of 10,000 tokens a second would have needed for the same texts
is counted in its place (benchmarks/token_clock.py): once as an engine that reads prompts, is slower for few turns than for
many and is waited for until the last turn of a round is done; once, as the least that is possible, as the tokens written
divided by 10,000. Seconds of the environment are processor time and hold everything but the policy: environments made,
resets, steps, conversations, the bare reward, records kept. Then episodes measured that way are played by many nodes, in
the clock alone. docs/performance.md writes the model of costs down.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from statistics import mean, median
from time import perf_counter, process_time
from typing import Any

from token_clock import Cluster, Speed, Turn, simulate, together

from visgenenv import ChatPolicy, ExpertPolicy, load_suite, rollout
from visgenenv.demos.tokens import CHARS_PER_TOKEN
from visgenenv.env import VisGenEnv
from visgenenv.policies import Policy
from visgenenv.rollouts import episode_seed
from visgenenv.types import Conversation

SPEED = Speed()
AT_ONCE, QUICK = (1, 8, 32, 96, 384, 1_000, 10_000), (1, 8, 96)
LEAST = 192
"""Episodes that are played in any case, so that few at once are measured, too."""
WARM_UP = 48
CLUSTERS = (
    ("the paper's 24 x 4 on one engine", 96, Cluster()),
    ("96 on a node of eight", 96, Cluster(engines=8)),
    ("384 on a node of eight", 384, Cluster(engines=8)),
    ("1,536 on a node of eight", 1_536, Cluster(engines=8)),
    ("10,000 on five nodes", 10_000, Cluster(nodes=5, engines=8)),
    ("100,000 on 49 nodes, a process each", 100_000, Cluster(nodes=49, engines=8)),
    ("the same, four processes a node", 100_000, Cluster(nodes=49, engines=8, processes=4)),
    ("the same, all in one process", 100_000, Cluster(nodes=1, engines=392)),
)


class Clocked:
    """A policy that notes how long it thinks, how many tokens it writes, and what a decoder would have taken."""

    def __init__(self, policy: Policy, clock: Any):
        self.policy, self.clock, self.seconds = policy, clock, 0.0
        self.turns, self.tokens, self.decoder_s = 0, 0.0, 0.0

    def act(self, conversations: Sequence[Conversation]) -> Sequence[str]:
        start = self.clock()
        texts = self.policy.act(conversations)
        written = [_tokens(text, one.lang) for text, one in zip(texts, conversations, strict=True)]
        told = [_told(one) for one in conversations]
        self.turns += len(texts)
        self.tokens += sum(written)
        self.decoder_s += together([new + old / SPEED.prefill for new, old in zip(written, told, strict=True)], SPEED)
        self.seconds += self.clock() - start
        return texts


def _told(conversation: Conversation) -> float:
    """Return the tokens that a model has not read yet: what it was told since its latest turn, at first everything."""
    fresh = []
    for message in reversed(conversation.messages):
        if message["role"] == "assistant":
            break
        fresh.append(_tokens(str(message["content"]), conversation.lang, message["role"]))
    tools = "" if conversation.turn else json.dumps(conversation.tools, ensure_ascii=False)
    return sum(fresh) + _tokens(tools, conversation.lang, "system")


def _tokens(text: str, lang: str, role: str = "assistant") -> float:
    return len(text) / CHARS_PER_TOKEN[lang][role]


def measure(at_once: int, model: tuple[str, str] | None = None) -> dict[str, float]:
    """Play at least 192 tasks, `at_once` at a time, in this process, and return what it took."""
    tasks = load_suite("train")[WARM_UP : WARM_UP + max(LEAST, at_once)]
    rollout(ExpertPolicy(), load_suite("train")[:WARM_UP], progress=False)
    clock, player = (perf_counter, ChatPolicy(*model)) if model else (process_time, ExpertPolicy())
    policy, before, start = Clocked(player, clock), _memory_kb(), clock()
    records = rollout(policy, tasks, num_envs=at_once, progress=False)
    environment = clock() - start - policy.seconds
    decoding = policy.seconds if model else policy.decoder_s
    least = policy.seconds if model else policy.tokens / SPEED.engine
    return {
        "at_once": at_once,
        "episodes": len(records),
        "turns": policy.turns,
        "us_a_turn": 1e6 * environment / policy.turns,
        "tokens_a_turn": policy.tokens / policy.turns,
        "share": environment / (environment + decoding),
        "share_at_most": environment / (environment + least),
        "episodes_per_s": len(records) / (environment + decoding),
        "environment_alone_per_s": len(records) / environment,
        "kb_an_episode": (_memory_kb() - before) / len(records),
    }


def _memory_kb() -> float:
    """Return what this process has in memory now, in KB."""
    with open("/proc/self/status") as status:
        return float(next(line for line in status if line.startswith("VmRSS")).split()[1])


def measured(at_once: int, repeats: int, model: tuple[str, str] | None) -> dict[str, float]:
    """Measure in fresh processes, and return the medians."""
    command = [sys.executable, __file__, "--one", str(at_once), *(_options(model) if model else ())]
    rows = []
    for _ in range(repeats):
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        rows.append(json.loads(done.stdout))
    return {name: median(row[name] for row in rows) for name in rows[0]}


def _options(model: tuple[str, str]) -> list[str]:
    return ["--base-url", model[0], "--model", model[1]]


def profiles(n: int) -> list[list[Turn]]:
    """Play `n` episodes, one after the other, and return their turns: tokens told and written, processor time."""
    env, expert, out = VisGenEnv("train"), ExpertPolicy(), []
    for index, task in enumerate(load_suite("train")[: n + WARM_UP]):
        start = process_time()
        _, info = env.reset(seed=episode_seed(0, index), options={"task": task})
        turns, over, lang = [], False, task.lang
        told = _tokens(info["system"], lang, "system") + _tokens(env.episode.first, lang, "user")
        while not over:
            conversation = env.conversation
            spent = process_time() - start
            (text,) = expert.act([conversation])
            start = process_time()
            observation, _, terminated, truncated, _ = env.step(text)
            over = terminated or truncated
            turns.append(Turn(told, _tokens(text, lang), process_time() - start + spent))
            start, told = process_time(), _tokens(observation, lang, "tool")
        out.append(turns)
    return out[WARM_UP:]


def cluster_rows(episodes: Sequence[Sequence[Turn]], more_tokens: float, quick: bool) -> list[dict[str, Any]]:
    """Let every cluster play its batch of episodes, drawn from those measured."""
    rows = []
    for name, n, cluster in CLUSTERS[: 3 if quick else None]:
        rng = random.Random(n)
        drawn = [[one._replace(written=one.written + more_tokens) for one in rng.choice(episodes)] for _ in range(n)]
        rows.append({"cluster": name, "more_tokens": more_tokens, **simulate(drawn, cluster)._asdict()})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few episodes, once")
    parser.add_argument("--at-once", type=int, nargs="+", help="how many episodes at once")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--base-url", help="of a model's server, up to and with /v1")
    parser.add_argument("--model", help="as its server names it")
    parser.add_argument("--json", action="store_true", help="print one object instead of tables")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if bool(given.base_url) != bool(given.model):
        parser.error("--base-url and --model belong together")
    model = (given.base_url, given.model) if given.model else None
    if given.one:
        print(json.dumps(measure(given.one, model)))
        return
    sizes = given.at_once or (QUICK if given.quick else AT_ONCE)
    rows = [measured(n, 1 if given.quick else given.repeats, model) for n in sizes]
    episodes = profiles(48 if given.quick else 400)
    clusters = [row for more in (0.0, 500.0) for row in cluster_rows(episodes, more, given.quick)]
    if given.json:
        print(json.dumps({"rollouts": rows, "clusters": clusters, "speed": Speed()._asdict()}))
    else:
        show(rows, clusters, episodes)


def show(
    rows: Sequence[dict[str, float]], clusters: Sequence[dict[str, Any]], episodes: Sequence[Sequence[Turn]]
) -> None:
    print("| at once | episodes/s | without decoder | us a turn | tokens a turn | share | at most | KB an episode |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        print(
            f"| {row['at_once']:,} | {row['episodes_per_s']:.1f} | {row['environment_alone_per_s']:,.0f} | "
            f"{row['us_a_turn']:.0f} | {row['tokens_a_turn']:.0f} | {row['share']:.2%} | "
            f"{row['share_at_most']:.2%} | {row['kb_an_episode']:.0f} |"
        )
    turns = [turn for one in episodes for turn in one]
    print(f"\n{len(turns) / len(episodes):.1f} turns an episode; a turn: {mean(t.told for t in turns):.0f} tokens told, "
          f"{mean(t.written for t in turns):.0f} written, {1e6 * mean(t.environment_s for t in turns):.0f} us\n")  # fmt: skip
    print("| cluster | tokens more a turn | batch, s | nine tenths, s | decoding | environment | wait, ms | tokens/s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in clusters:
        print(
            f"| {row['cluster']} | {row['more_tokens']:.0f} | {row['seconds']:.1f} | {row['nine_tenths_s']:.1f} | "
            f"{row['decoding']:.0%} | {row['environment']:.1%} | {row['waiting_ms']:.2f} | {row['tokens_per_s']:,.0f} |"
        )


if __name__ == "__main__":
    main()
