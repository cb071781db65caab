"""One episode as plain Python: `act(action) -> Step`. It knows no Gym and no tensors; every trainer calls this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from visgenenv import prompts
from visgenenv.luck import policy_seed
from visgenenv.tools import Backend, FaultModel, Toolbox, Workspace, encode_result, public_asset
from visgenenv.tools.wire import shorten
from visgenenv.trajectory import Trajectory
from visgenenv.types import Action, Conversation, Step, Task, ToolCall, ToolError, ToolResult

if TYPE_CHECKING:
    from visgenenv.media import MediaDB

MAX_OBSERVATION = 65_536
"""Characters of one observation."""
SAFE_RESULTS = 4
"""So many results fit an observation whatever they say (each is at most 16,000 characters, and notes are short)."""
_WRAPPING = len(prompts.wrap([""])) + 1


class Episode:
    """A task being worked on.

    Args:
        task: The request and its hidden truth; only its public part reaches tools and policy.
        toolbox: All tools there are.
        seed: Of the episode: asset ids depend on it, and luck unless `world_seed` is given.
        world_seed: Of the world: all luck depends on it.
        offered: Names of the tools that may be called, in the order they are shown; default the task's pool
            (all tools, if it names none). Names the toolbox lacks are left out.
        faults: The weather.
        backend: Who turns a valid call into a result; default the simulators.
        media: The media database.
        max_turns: The episode is truncated after this many turns.
        max_context: Characters of the whole conversation after which it is truncated; None: no limit.
        budget_usd: Money after which priced calls are refused and the episode is truncated; None: no limit.
        lang: Of the environment's own words; default the task's.
        url_style: "short" or "long" links.
        settings: Whatever else the record should say about how the episode was set up.
    """

    def __init__(
        self,
        task: Task,
        toolbox: Toolbox,
        *,
        seed: int,
        world_seed: int | None = None,
        offered: tuple[str, ...] | None = None,
        faults: FaultModel,
        backend: Backend | None = None,
        media: MediaDB | None = None,
        max_turns: int = 40,
        max_context: int | None = None,
        budget_usd: float | None = None,
        lang: str | None = None,
        url_style: str = "short",
        settings: Mapping[str, Any] | None = None,
    ):
        self.task = task
        self.toolbox = toolbox
        self.workspace = Workspace(seed, world_seed, media, url_style)
        wanted = task.tool_pool or tuple(toolbox) if offered is None else offered
        self.offered = dict.fromkeys([name for name in wanted if name in toolbox])
        self.faults = faults.for_world(self.workspace.world_seed)
        self.backend = backend
        self.max_turns = max_turns
        self.max_context = max_context
        self.budget_usd = budget_usd
        self.lang = lang or task.lang
        self.settings = settings or {}
        self.steps: list[Step] = []
        self.terminated = False
        self.truncated_by = ""
        self.over = False
        uploads = [self.workspace.add_upload(upload, index) for index, upload in enumerate(task.uploads)]
        described = [upload.description for upload in task.uploads]
        self.first = prompts.query_text(task.query, uploads, described, self.lang)
        self._chars = len(self.first)
        self._limited = max_context is not None or budget_usd is not None
        self._policy_seed = policy_seed(seed)

    def act(self, action: Action) -> Step:
        """Execute one turn: every call in order, then the answer, if there is one.

        Raises:
            RuntimeError: The episode is over.
        """
        if self.over:
            raise RuntimeError("the episode is over; start a new one")
        results = []
        told = []
        together = len(action.calls) > 1
        if together:
            self.workspace.begin_turn()
        for call in action.calls:
            result = self._call(call)
            results.append(result)
            told.append(encode_result(result))
        if together:
            self.workspace.end_turn()
        if action.answer is not None:
            self.terminated = self.over = True
        elif action.faults or not told:
            told += prompts.corrections(action, self.lang)
        step = Step(action, tuple(results), tuple(told if len(told) <= SAFE_RESULTS else _fit(told)))
        self.steps.append(step)
        if not self.over:
            self.truncated_by = self._limit_reached(step)
            self.over = bool(self.truncated_by)
        return step

    def cut(self, reason: str) -> None:
        """End the episode from outside, for a limit that it does not know: a trainer's budget of tokens, for instance.

        Args:
            reason: What `truncated_by` shall say, "tokens" for instance.

        Raises:
            RuntimeError: The episode is over.
        """
        if self.over:
            raise RuntimeError("the episode is over; there is nothing to cut")
        self.truncated_by = reason
        self.over = True

    def _call(self, call: ToolCall) -> ToolResult:
        workspace = self.workspace
        if call.error:
            result = _refusal("BAD_CALL", 400, call.error)
        elif self.budget_usd is not None and workspace.cost_usd >= self.budget_usd:
            result = _refusal("QUOTA_EXCEEDED", 402, f"the budget of {self.budget_usd} USD is spent")
        else:
            result = self.toolbox.run(call, workspace, self.faults, self.backend, self.offered)
        workspace.commit(call, result, self.toolbox.services.get(call.name, ""))
        return result

    def _limit_reached(self, step: Step) -> str:
        """Return the limit that this step has reached: "turns", "context", "budget" or none."""
        if len(self.steps) >= self.max_turns:
            return "turns"
        if not self._limited:
            return ""
        self._chars += len(step.action.text) + sum(map(len, step.told))
        if self.max_context is not None and self._chars >= self.max_context:
            return "context"
        spent = self.budget_usd is not None and self.workspace.cost_usd >= self.budget_usd
        return "budget" if spent else ""

    def observation(self) -> str:
        """Return the text observation of the latest step (at first: the query and the upload urls)."""
        return prompts.wrap(self.steps[-1].told) if self.steps else self.first

    def system_text(self) -> str:
        """Return the whole system prompt: the instructions and the schemas of the tools on offer."""
        return prompts.system_text(self.lang, self.toolbox.function_texts(self.lang, tuple(self.offered)))

    def schemas(self) -> tuple[dict[str, Any], ...]:
        """Return the OpenAI function schemas of the tools on offer, in the episode's language."""
        return tuple(self.toolbox[name].spec.function_schema(self.lang) for name in self.offered)

    def conversation(
        self, policy_seed: int | None = None, look: Callable[[str], list[Any]] | None = None
    ) -> Conversation:
        """Return what a policy reads now. `policy_seed` defaults to one derived from the episode's seed."""
        return Conversation(
            messages=prompts.conversation_messages(self.lang, self.first, self.steps),
            tools=self.schemas(),
            lang=self.lang,  # type: ignore[arg-type]
            assets=tuple([public_asset(asset) for asset in self.workspace.assets.values()]),
            turn=len(self.steps),
            seed=self._policy_seed if policy_seed is None else policy_seed,
            look=look,
        )

    def record(self) -> Trajectory:
        """Return the record of the episode so far."""
        return Trajectory(
            task=self.task,
            steps=tuple(self.steps),
            assets=tuple(self.workspace.assets.values()),
            seed=self.workspace.seed,
            world_seed=self.workspace.world_seed,
            settings=dict(self.settings),
            versions=self.toolbox.versions,
            terminated=self.terminated,
            truncated_by=self.truncated_by,
        )


def _refusal(type: str, status: int, message: str) -> ToolResult:
    return ToolResult("error", error=ToolError(type, status, message))


def _fit(told: list[str]) -> list[str]:
    """Cut the longest contents until the observation fits; short ones stay whole."""
    room = MAX_OBSERVATION - _WRAPPING * len(told)
    if sum(map(len, told)) <= room:
        return told
    share, rest = room // len(told), room
    for rank, content in enumerate(sorted(told, key=len)):
        share = rest // (len(told) - rank)
        if len(content) > share:
            break
        rest -= len(content)
    return [shorten(content, share) for content in told]
