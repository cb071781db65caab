"""Try the installed package with the checks that ship, then play, score and benchmark it. Prints one JSON object."""

import json
import tempfile

import felt_studio
import gymnasium as gym
from felt_studio.tasks import ANIMALS

from visgenenv import evaluate, rollout, score
from visgenenv.testing import check_backend, check_component, check_judge, check_media, check_task_set, check_tool
from visgenenv.trace import read_traces, write_traces

CALL = '<tool_call>{{"name": "{}", "arguments": {{"prompt": "{}"}}}}</tool_call>'
PLAN = '<plan>[{{"goal": "make the felt animal", "tool": "{}", "n": 1, "deps": []}}]</plan>'
ANSWER = '<answer>{{"task_status": "success", "answer_url_list": ["{}"], "summary": "A felt animal."}}</answer>'


class Feltmaker:
    """Makes one picture, with the felt tool if it is on offer, and hands it in."""

    def act(self, conversations):
        return [self.turn(one) for one in conversations]

    def turn(self, conversation):
        if conversation.assets:
            return "<think>Here is what was asked for.</think>" + ANSWER.format(conversation.assets[-1]["url"])
        names = [tool["function"]["name"] for tool in conversation.tools]
        name = "tool_text2image_felt" if "tool_text2image_felt" in names else "tool_text2image_gemini"
        request = conversation.messages[1]["content"]
        animal = next(one for one in ANIMALS if one in request)
        return f"<think>One {animal}, made of felt.</think>" + PLAN.format(name) + CALL.format(name, f"a felt {animal}")


def check_all(folder):
    toolbox, tasks = felt_studio.toolbox(), felt_studio.FeltTasks()
    check_tool(toolbox["tool_text2image_felt"])
    check_task_set(tasks, toolbox)
    check_judge(felt_studio.Foreman())
    check_backend(felt_studio.Workshop(), ["tool_text2image_felt", "tool_music_suno"], toolbox)
    media = felt_studio.swatches(folder)
    check_media(media, deep=True)
    workshop = felt_studio.Workshop()
    keywords = {"toolbox": toolbox, "backend": workshop, "media": media, "faults": "none"}
    records = rollout(Feltmaker(), tasks, progress=False, **keywords)
    check_component(felt_studio.softness, records)
    return records, workshop, media


def play_once():
    """Play one episode of the registered environment."""
    env = gym.make("felt_studio:FeltStudio-v0")
    env.reset(seed=1, options={"task": "felt/owl"})
    (turn,) = Feltmaker().act([env.unwrapped.conversation])
    env.step(turn)
    (turn,) = Feltmaker().act([env.unwrapped.conversation])
    return env.step(turn)[4]["ltr"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        records, workshop, media = check_all(folder)
        path = f"{folder}/traces.jsonl"
        write_traces(path, records)
        scores = [
            score(one, components=felt_studio.COMPONENTS_HERE, weights=felt_studio.WEIGHTS, judge=felt_studio.Foreman())
            for one in read_traces(path)
        ]
        look = records[0].open(records[0].answer.answer_url_list[0])
        report = evaluate(Feltmaker(), felt_studio.FeltTasks(), samples=2)
        facts = {
            "where": felt_studio.__file__,
            "served": workshop.served,
            "rewards": [one.reward for one in scores],
            "softness": [one.components["softness"] for one in scores],
            "said": scores[0].explain(),
            "cost_usd": sum(one.cost_usd for one in records),
            "media": records[0].settings["media"]["path"] == media.path,
            "look": look.size,
            "live": {"reward": play_once().reward, "softness": play_once().components["softness"]},
            "bench": {"episodes": report.episodes, "success": report.table.cells["S-Rate"].value},
        }
    print(json.dumps(facts, default=str))


if __name__ == "__main__":
    main()
