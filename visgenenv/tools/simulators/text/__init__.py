"""Tools that write: prompts, scripts, storyboards, summaries and pages, from their arguments and the texts they cite."""
