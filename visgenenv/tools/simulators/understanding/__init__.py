"""Tools that look and listen: they answer from what an asset really shows."""
