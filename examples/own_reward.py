"""Bring your own reward component: a function from a finished record to a `Score`."""

import gymnasium as gym

from visgenenv import ExpertPolicy, LtrReward, Trajectory
from visgenenv.rewards import COMPONENTS
from visgenenv.types import Score


def thrift(trajectory: Trajectory) -> Score:
    """1.0 for free, falling to 0.0 at five (simulated) dollars; does not apply when nothing was delivered."""
    if trajectory.answer is None:
        return Score(None, "there is no answer to be thrifty about")
    cost = trajectory.cost_usd
    return Score(max(0.0, 1 - cost / 5), f"{cost:.2f} USD of 5.00", {"cost_usd": cost})


def main() -> None:
    components = {**COMPONENTS, "thrift": thrift}
    env = LtrReward(gym.make("VisGen-v0"), preset="RL1", components=components, weights={"thrift": 0.5})
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
