"""Tools that make songs, speech and sound effects."""
