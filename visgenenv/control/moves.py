"""From a choice to a turn: the same templates for everyone, filled with what the request and the results say."""

from __future__ import annotations

from itertools import islice

from visgenenv.control.calls import WRITERS, Writer, held_in, usual
from visgenenv.control.commission import act_of
from visgenenv.control.cutting import cuts, paced, titles
from visgenenv.control.layout import ANSWER, PLAN, SOURCES, Choice, Layout, read_choice
from visgenenv.control.planning import amount, plan_of
from visgenenv.control.standing import Standing
from visgenenv.control.words import answer_thought, call_thought, plan_thought, summary
from visgenenv.policies.expert import write_turn
from visgenenv.policies.workflows.craft import about
from visgenenv.policies.workflows.turns import MAX_CALLS, Turn

_WRITERS: dict[str, Writer] = {**WRITERS, "cut": cuts, "title": titles, "trim": paced, "pace": paced}


def text_of(standing: Standing, action: object, layout: Layout) -> str:
    """Return the text of the turn that an action, as numbers, stands for in the present standing.

    Raises:
        ValueError: A number is outside its component.
    """
    return write_turn(turn_of(standing, read_choice(action), layout))


def turn_of(standing: Standing, choice: Choice, layout: Layout) -> Turn:
    """Return the turn that a choice stands for in the present standing."""
    number, brief = standing.turn + 1, standing.commission.brief
    if choice.move == PLAN:
        return Turn(plan_thought(standing.lang, number, about(brief), choice), plan=plan_of(standing, choice))
    if choice.move == ANSWER:
        return _answer(standing, choice)
    tool = layout.tool(choice.move)
    calls = tuple(islice(_WRITERS[act_of(tool)](standing, tool, choice), MAX_CALLS))
    return Turn(call_thought(standing.lang, number, tool, len(calls), choice), calls)


def _answer(standing: Standing, choice: Choice) -> Turn:
    """Hand over what a source holds: as much as the count says, all of it, or all that came before it too."""
    brief = standing.commission.brief
    source = usual(standing, brief.modality) if choice.source == "usual" else choice.source
    urls = [made.url for made in held_in(standing, source)]
    if choice.count in ("one", "half", "asked"):
        urls = urls[: amount(choice.count, brief.count)]
    elif choice.count == "double" and urls:
        before = SOURCES[2 : SOURCES.index(source)]
        urls += [made.url for source in before for made in held_in(standing, source)]
    n = len(urls)
    status = "success" if n >= brief.count else "partial" if n else "failed"
    said = summary(standing.lang, n, brief.count, about(brief))
    answer = {"task_status": status, "answer_url_list": urls, "summary": said}
    return Turn(answer_thought(standing.lang, standing.turn + 1, n, brief.count, choice), answer=answer)
