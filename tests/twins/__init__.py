"""The nine editing tools called twice: by the simulator, and by `LocalEditBackend` on real files."""
