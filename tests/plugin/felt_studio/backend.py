"""A backend: felt figures come from the workshop itself, everything else from the simulators."""

from visgenenv.tools import Done, SimulatedBackend
from visgenenv.types import Recipe


class Workshop:
    """Serves the felt tool without a charge."""

    def __init__(self):
        self.rest = SimulatedBackend()
        self.served = 0

    def submit(self, call):
        if call.spec.name != "tool_text2image_felt":
            return self.rest.submit(call)
        self.served += 1
        pixels = call.spec.tables["pixels"][call.arguments["size"]]
        recipe = Recipe("scene", call.seed(), {"prompt": f"{call.arguments['prompt']}, made of felt"})
        figure = call.mint("image", "png", "image/png", recipe, width=pixels, height=pixels)
        return Done(call.done(figure, latency=(2.0, 3.0), cost=0.0))
