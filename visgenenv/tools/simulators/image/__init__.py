"""Tools that draw and edit pictures."""
