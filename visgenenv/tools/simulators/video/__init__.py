"""Tools that film: from words, from a picture, or a whole film in one call."""
