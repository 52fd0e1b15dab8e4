"""Who hears at what moment of the morning: messages of the clock are not all due at the same second of half past eight.

Nothing is drawn by lot: whoever asks again, the forecast or a restarted program, comes to the same moment.
"""

import zlib
from datetime import date, datetime, timedelta

STEP = timedelta(seconds=10)
HALF_HOUR = timedelta(minutes=30)


def spread(who: str, day: date, base: datetime, end: datetime, minutes: int) -> datetime:
    """Return when the message of a day goes to somebody: up to so many minutes after ``base``, before ``end``.

    ``who`` is an official's number or a group's address. Never on the full or half hour, where messengers are busiest;
    with no minutes, ``base`` itself.
    """
    steps = timedelta(minutes=minutes) // STEP
    if not steps:
        return base
    chosen = base + STEP * (zlib.crc32(f"{who}/{day}".encode()) % steps + 1)
    chosen = min(chosen, end - STEP)
    on_the_half_hour = (chosen - datetime.min.replace(tzinfo=chosen.tzinfo)) % HALF_HOUR == timedelta()
    return max(chosen - STEP if on_the_half_hour else chosen, base)
