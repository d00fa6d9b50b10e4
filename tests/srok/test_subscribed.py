"""Calendars over real HTTP, by notes/calendar.md 4: what a program asks, what it gets, what it must never get."""
