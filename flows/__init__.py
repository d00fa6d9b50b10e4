"""Passes over the store and the Prefect flows that wake them."""
