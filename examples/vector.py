"""Eight lanes in one process, with the paper's reward: the loop a trainer runs."""

import gymnasium as gym

from visgenenv import RandomPolicy
from visgenenv.wrappers.vector import LtrReward

envs = LtrReward(gym.make_vec("VisGen-v0", num_envs=8, tasks="dev"), preset="RL1")
policy = RandomPolicy()
observations, infos = envs.reset(seed=0)
finished = 0
while finished < 12:
    turns = policy.act(envs.unwrapped.conversations)
    observations, rewards, terminations, truncations, infos = envs.step(tuple(turns))
    for lane in (terminations | truncations).nonzero()[0]:
        record = infos["trajectory"][lane]
        finished += 1
        print(
            f"{record.task.id:14} {len(record.steps):2} turns  reward {rewards[lane]:.3f}  {infos['ltr'][lane].components}"
        )
envs.close()
