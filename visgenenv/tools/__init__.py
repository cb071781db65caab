"""Tools: documents, validation, references, weather, simulators, and the workspace they act on."""

from visgenenv.tools.backend import Backend, Done, Job, SimulatedBackend
from visgenenv.tools.documents import load_documents, parse_spec
from visgenenv.tools.faults import FaultModel, load_faults
from visgenenv.tools.invocation import Invocation
from visgenenv.tools.local.backend import LocalEditBackend
from visgenenv.tools.spec import ToolSpec
from visgenenv.tools.toolbox import Tool, Toolbox, load_toolbox
from visgenenv.tools.wire import encode_result, public_asset
from visgenenv.tools.workspace import Workspace

__all__ = [
    "Backend",
    "Done",
    "FaultModel",
    "Invocation",
    "Job",
    "LocalEditBackend",
    "SimulatedBackend",
    "Tool",
    "ToolSpec",
    "Toolbox",
    "Workspace",
    "encode_result",
    "load_documents",
    "load_faults",
    "load_toolbox",
    "parse_spec",
    "public_asset",
]
