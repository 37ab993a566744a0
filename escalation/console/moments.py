"""Moments as pages write them: for machines in UTC, for people in the time of the console's own place."""

from datetime import UTC, datetime


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def hour(at: float) -> str:
    return _local(at).strftime("%H:%M")


def day(at: float) -> str:
    return _local(at).strftime("%Y-%m-%d %H:%M")


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone()
