"""Moments as pages write them: for machines in UTC, for people in the time of the console's own place."""

from datetime import UTC, datetime


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def hour(at: float) -> str:
    return _local(at).strftime("%H:%M")


def day(at: float) -> str:
    return _local(at).strftime("%Y-%m-%d %H:%M")


def moment(at: float, now: float) -> str:
    """The hour, with the date where it is not today."""
    local = _local(at)
    return hour(at) if local.date() == _local(now).date() else f"{local.day}.{local.month}. {hour(at)}"


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone()
