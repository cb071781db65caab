"""Experiments on rewards, each one command, and the measure they are judged by that no reward can see."""

from visgenenv.experiments.gold import Gold, gold

__all__ = ["Gold", "gold"]
