"""The store: facts in SQL. Decisions are made above it, by pure functions."""
