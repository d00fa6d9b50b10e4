"""Decisions of srok: deadlines, windows, occurrences, escalation. Pure but for store, importer, settings and clock."""
