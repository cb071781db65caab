"""Demonstrations: the expert's episodes, filtered like VisGenData-4k and written as a data set to learn from."""

from visgenenv.demos.chat import Chat, chat_template, read_chat, rendered
from visgenenv.demos.collect import make_demos
from visgenenv.demos.grader import Grade, grade
from visgenenv.demos.pictures import with_pictures
from visgenenv.demos.report import Report
from visgenenv.demos.review import review
from visgenenv.demos.rows import COLUMNS, make_row, steps_of
from visgenenv.demos.settings import Settings
from visgenenv.demos.tokens import Tokens, count_tokens

__all__ = [
    "COLUMNS",
    "Chat",
    "Grade",
    "Report",
    "Settings",
    "Tokens",
    "chat_template",
    "count_tokens",
    "grade",
    "make_demos",
    "make_row",
    "read_chat",
    "rendered",
    "review",
    "steps_of",
    "with_pictures",
]
