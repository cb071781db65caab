"""What people ask for: the 42 types of the paper's Table 8, and those of them that are drawn with their phrases."""

from visgenenv.tasks.scenarios.catalogue import SCENARIOS, TYPES, Scenario

__all__ = ["SCENARIOS", "TYPES", "Scenario"]
