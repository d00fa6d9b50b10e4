"""Channels that carry a message to a person, and the words of the messages."""
