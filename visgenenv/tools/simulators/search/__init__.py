"""Tools that search: a fact base of pages, and a stock of pictures and clips."""
