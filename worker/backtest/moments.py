"""Moments as people and programs write them: RFC 3339, UTC, whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime


def time_of(at_s: float) -> str:
    """Such as 2026-01-31T12:00:00Z."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_of(at_s: float) -> str:
    """Such as 2026-01-31."""
    return time_of(at_s)[:10]
