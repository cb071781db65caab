"""Bring your own reward component: a function from a finished record to a `Score`."""

import gymnasium as gym

from visgenenv import ExpertPolicy, LtrReward, Trajectory
from visgenenv.rewards import COMPONENTS
from visgenenv.testing import check_component
from visgenenv.types import Score


def thrift(trajectory: Trajectory) -> Score:
    """1.0 for free, falling to 0.0 at five (simulated) dollars; who delivers nothing has not been thrifty."""
    if trajectory.answer is None:
        return Score(0.0, "there is no answer to be thrifty about")
    cost = trajectory.cost_usd
    return Score(max(0.0, 1 - cost / 5), f"{cost:.2f} USD of 5.00", {"cost_usd": cost})


def main() -> None:
    check_component(thrift)
    components = {**COMPONENTS, "thrift": thrift}
    env = LtrReward(gym.make("VisGen-v0"), components=components, weights={"thrift": 0.5})
    policy = ExpertPolicy()
    env.reset(seed=3, options={"task": "paper/elf-archer"})
    over = False
    while not over:
        (turn,) = policy.act([env.unwrapped.conversation])
        _, _, terminated, truncated, info = env.step(turn)
        over = terminated or truncated
    print(info["ltr"].explain())
    print("shares of the reward:", {name: round(share, 3) for name, share in info["ltr"].contributions.items()})


if __name__ == "__main__":
    main()
