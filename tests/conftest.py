"""Every test process has a media cache of its own, which is gone when it ends."""

import atexit
import os
import tempfile

_CACHE = tempfile.TemporaryDirectory(prefix="visgenenv-cache-")
os.environ["VISGENENV_CACHE"] = _CACHE.name
atexit.register(_CACHE.cleanup)
