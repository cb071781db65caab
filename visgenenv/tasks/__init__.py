"""Tasks: the published queries, and requests drawn in two languages with exact ground truth."""

from visgenenv.tasks.curriculum import Curriculum
from visgenenv.tasks.files import read_tasks, task_from_dict
from visgenenv.tasks.generator import TaskGenerator
from visgenenv.tasks.suites import Suite, load_suite, load_task

__all__ = ["Curriculum", "Suite", "TaskGenerator", "load_suite", "load_task", "read_tasks", "task_from_dict"]
