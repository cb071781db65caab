"""What people ask for: the 42 types of the paper's Table 8, 36 scenarios, and the words of each part of the data."""

from visgenenv.tasks.scenarios.catalogue import SCENARIOS, TYPES, Scenario
from visgenenv.tasks.scenarios.tables import Domain, Material, Pair, Part, material

__all__ = ["SCENARIOS", "TYPES", "Domain", "Material", "Pair", "Part", "Scenario", "material"]
