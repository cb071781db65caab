"""Tools that edit films and sounds; all of them keep ancestry."""
