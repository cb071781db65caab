"""The adversarial suite: every way we know to earn reward without doing the work, as a transformation of honest play.

It stands outside the package, so that no training path can reach it. `test_threats.py` runs it; `scripts/threats.py`
writes the table of (threat x preset) into the documentation.
"""

from threats.catalogue import THREATS, Threat
from threats.stage import Honest, honest, tasks_for

__all__ = ["THREATS", "Honest", "Threat", "honest", "tasks_for"]
