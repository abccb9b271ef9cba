"""Decisions: pure functions of plain values and the time."""
