"""At which hours the clock speaks: the digest's crontab, and each reader's own moment of the morning."""

import re
from datetime import date, datetime, tzinfo
from functools import cache

from apscheduler.triggers.cron import CronTrigger

from db.models import OutboxKind
from rules.policy import Office

CRON_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def digest_due(office: Office, now: datetime) -> bool:
    """Tell whether today's digest hour has come."""
    hour = digest_hour(office, now)
    return hour is not None and hour <= office.local(now)


def digest_hour(office: Office, now: datetime) -> datetime | None:
    """Return when today's digest goes out, if there is one today inside the window."""
    local = office.local(now)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    trigger = _trigger(office.policy.digest_at, office.zone)
    fires = trigger.get_next_fire_time(None, midnight)
    is_today = fires is not None and fires.date() == local.date() and office.policy.in_window(fires)
    return fires if is_today else None


def is_crontab(line: str) -> bool:
    """Tell whether the line can say when digests are due."""
    try:
        _trigger(line, None)
    except (ValueError, IndexError):
        return False
    return True


@cache
def _trigger(line: str, zone: tzinfo | None) -> CronTrigger:
    """Read a crontab line as cron does: 0 and 7 are Sunday, where the library begins with Monday."""
    *others, weekdays = line.split()
    named = re.sub(r"(?<![/\d])\d(?!\d)", lambda digit: CRON_WEEKDAYS[int(digit[0])], weekdays)
    return CronTrigger.from_crontab(" ".join([*others, named]), timezone=zone)


def moment_of(office: Office, kind: OutboxKind, who: str, today: date, now: datetime) -> datetime:
    """Return when a message of today goes to its reader; what is planned after his moment goes so long after now.

    ``who`` is an official's number or a group's address.
    """
    local = office.local(now)
    hour = digest_hour(office, now) if kind == OutboxKind.DIGEST else None
    opens = hour or datetime.combine(today, office.policy.window_from, tzinfo=office.zone)
    moment = office.policy.spread(who, opens)
    return moment if moment >= local else office.policy.spread(who, local)
