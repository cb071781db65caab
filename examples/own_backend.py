"""Bring your own backend: it turns a validated call into a result. Here one tool is served by a studio of our own."""

from visgenenv import ExpertPolicy, load_suite, rollout
from visgenenv.tools import Done, Invocation, Job, SimulatedBackend, Workspace, load_toolbox
from visgenenv.types import Recipe


class Studio:
    """Serves `tool_text2image_gemini` itself, always at 1024 by 576; leaves every other tool to the simulators.

    A backend gets calls whose arguments fit the schema and whose assets exist, mints assets and returns a job. It
    reads the workspace and never writes it: the episode commits the result.
    """

    def __init__(self) -> None:
        self.rest = SimulatedBackend()
        self.served = 0

    def submit(self, call: Invocation) -> Job:
        if call.spec.name != "tool_text2image_gemini":
            return self.rest.submit(call)
        self.served += 1
        recipe = Recipe("scene", call.seed(), {"prompt": call.arguments["prompt"]})
        picture = call.mint("image", "png", "image/png", recipe, width=1024, height=576)
        return Done(call.done(picture, latency=(1.0, 1.5), cost=0.0))


if __name__ == "__main__":
    studio = Studio()
    workspace = Workspace(seed=5)
    result = load_toolbox().call("tool_text2image_gemini", {"prompt": "a blue robot"}, workspace, backend=studio)
    print(result.assets[0].width, result.assets[0].height, result.usage)

    records = rollout(ExpertPolicy(), load_suite("paper")[:1], backend=studio, progress=False)
    print(f"{studio.served} pictures by the studio; {records[0].cost_usd:.2f} USD for the rest")
