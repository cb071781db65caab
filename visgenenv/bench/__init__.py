"""The benchmark: a policy plays a suite, and the paper's columns say how well."""

from visgenenv.bench.columns import COLUMNS, o_score
from visgenenv.bench.evaluating import evaluate
from visgenenv.bench.measures import Measure, measure
from visgenenv.bench.reports import Report, read_run

__all__ = ["COLUMNS", "Measure", "Report", "evaluate", "measure", "o_score", "read_run"]
