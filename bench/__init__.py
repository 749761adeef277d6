"""Measurements: each module prints figure, limit and ratio, and fails below its limit."""
