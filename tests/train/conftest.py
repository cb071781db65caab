"""Tests of training: collected only where its packages are installed (`make train-setup`, `make test-train`)."""

from importlib.util import find_spec

collect_ignore_glob = [] if all(find_spec(name) for name in ("torch", "trl", "ray", "sb3_contrib")) else ["*"]
