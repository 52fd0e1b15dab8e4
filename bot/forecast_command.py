"""``duban forecast``: what would be said to whom, day by day, under the present settings or others."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import median_high
from typing import Annotated, Any

import typer
from sqlmodel import Session

from bot.foretelling import LEVELS
from bot.settings import load
from bot.shell import Mistake, Opened, now_of, settings_of
from bot.terminal import out
from db.models import OutboxKind, Person
from db.queries import people, regions
from scheduler.forecast import Day, Foretold, bothered_by_level, days_bothered, forecast
from text.dates import read_date
from text.reply import N_, Speech, plain, speech

MOST_DAYS = 366
WEEKDAYS = N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日")
MOST_PEOPLE = 20
KINDS = {
    OutboxKind.REMINDER: N_("提醒%(count)s"),
    OutboxKind.DIGEST: N_("日报%(count)s"),
    OutboxKind.ACT: N_("通知%(count)s"),
}


def foretell(
    context: typer.Context,
    first: Annotated[str | None, typer.Option("--from", help="The first day; tomorrow if not given.")] = None,
    days: Annotated[int, typer.Option(help="How many days, days off included.", min=1, max=MOST_DAYS)] = 30,
    under: Annotated[Path | None, typer.Option(help="Other settings to try; nothing else of them is used.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every message with its words, as JSON.")] = False,
) -> None:
    """Show what would be sent to whom if nobody did anything, without sending it."""
    settings = settings_of(context)
    office = load(under).office if under else settings.office
    now = now_of(context, settings)
    today = office.today(now)
    start = read_date(first, today=today) if first else None
    if first and (start is None or start < today):
        raise Mistake(f"--from {first}: write a date from {today} on, like {today}")
    start = start or today + timedelta(days=1)
    if (start - today).days > MOST_DAYS:
        raise Mistake(f"--from {first}: at most {MOST_DAYS} days ahead")
    with Opened(settings) as opened:
        walked = (start - today).days + days
        with typer.progressbar(length=walked, file=sys.stderr) as bar:
            found = []
            for day in forecast(opened.store, office, now, start, days):
                found.append(day)
                bar.update((day.day - today).days + 1 - bar.pos)
        with opened.store.reading() as session:
            if as_json:
                out(json.dumps(_as_json(session, start, found), ensure_ascii=False, indent=1))
            else:
                _show(session, found, speech(office.language))


def _as_json(session: Session, start: date, days: Sequence[Day]) -> dict[str, Any]:
    known = {person.id: person for person in people(session)}
    places = {region.id: region.name for region in regions(session)}
    return {
        "from": str(start),
        "days": len(days),
        "estimated": [str(day.day) for day in days if not day.is_official],
        "messages": [_message(m, known, places) for day in days for m in day.messages],
        "days_bothered": {known[who].official_id: count for who, count in days_bothered(days).most_common()},
    }


def _message(message: Foretold, known: dict[int | None, Person], places: dict[int | None, str]) -> dict[str, Any]:
    person = known.get(message.person_id)
    return {
        "at": message.at.isoformat(),
        "kind": message.kind.value,
        "official_id": person.official_id if person else None,
        "name": person.name if person else None,
        "county": places[person.region_id] if person else None,
        "chat": message.chat,
        "duties": list(message.reply.numbers),
        "text": plain(message.reply.html),
    }


def _show(session: Session, days: Sequence[Day], voice: Speech) -> None:
    """Show the days, then the people who would hear most often."""
    for day in days:
        counts = Counter(message.kind for message in day.messages)
        said = "  ".join(voice.word(KINDS[kind]) % {"count": counts[kind]} for kind in KINDS if counts[kind])
        off = "" if day.is_workday else voice.word(N_("休息日"))
        guess = "" if day.is_official else voice.word(N_("（放假安排未公布，按估计）"))
        out(f"{day.day} {voice.word(WEEKDAYS[day.day.weekday()])}  {said or off or '—'}{guess}")
    out()
    _show_people(session, days, voice)


def _show_people(session: Session, days: Sequence[Day], voice: Speech) -> None:
    """Show who would hear most often, and each level in a line."""
    known = {person.id: person for person in people(session)}
    places = {region.id: region.name for region in regions(session)}
    bothered = days_bothered(days)
    worked = sum(day.is_workday for day in days)
    out(voice.word(N_("每人会收到消息的天数（%(worked)s个工作日，没有人办理时）：")) % {"worked": worked})
    for level, counts in bothered_by_level(bothered, known).items():
        facts = {"level": voice.word(LEVELS[level]), "people": len(counts), "median": median_high(counts),
                 "most": max(counts)}  # fmt: skip
        out(voice.word(N_("%(level)s%(people)s人：中位%(median)s天，最多%(most)s天")) % facts)
    for who, count in bothered.most_common(MOST_PEOPLE):
        person = known[who]
        out(f"{count:>4}  {places[person.region_id]} {person.name} {person.post}")
    if len(bothered) > MOST_PEOPLE:
        out(f"   …  {len(bothered) - MOST_PEOPLE}")
