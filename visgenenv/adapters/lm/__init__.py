"""What trainers of language models share: views, turns as tokens, tasks as rows, advantages, models, settings.

`visgenenv.adapters.trl` and `visgenenv.adapters.rllib.grpo` are built on it; neither needs the other.
"""
