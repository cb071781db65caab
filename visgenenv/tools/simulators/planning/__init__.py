"""The to-do list, the only state that no asset holds."""
