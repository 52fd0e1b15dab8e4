"""``duban doctor``: is everything there that the work needs?"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select
from telegram.error import TelegramError

from bot.settings import Settings
from bot.telegram import Telegram
from db.migrations import HEAD, current
from db.models import Duty, Event, Inbox, Outbox, OutboxState, Person
from db.queries import regions
from db.store import Store
from rules.policy import Office
from services.chain import broken_links
from services.office import office_now
from services.unreachable import Fate, unreachable
from text.reply import N_, Speech
from text.step_words import DONE_SAID, OTHER_SAID

MOST_NAMES = 30


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    good: bool
    words: str


async def examine(settings: Settings, store: Store, now: datetime, voice: Speech) -> list[Finding]:
    """Look at the settings, the database, the token, the calendar, and who cannot be reached."""
    findings = [Finding(good=True, words=voice.word(N_("设置：可用")))]
    version = current(store.engine)
    if version != HEAD:
        words = voice.word(N_("数据库：版本%(found)s，应为%(needed)s；请运行 duban migrate"))
        return [*findings, Finding(good=False, words=words % {"found": version, "needed": HEAD})]
    with store.reading() as session:
        findings += _database(session, settings.office, voice)
        findings += _calendar(session, settings, now, voice)
        findings += _unreachable(session, settings, now, voice)
    findings.append(await _token(settings, voice))
    return findings


def _database(session: Session, office: Office, voice: Speech) -> list[Finding]:
    counts = {
        "duties": _count(session, Duty),
        "people": _count(session, Person),
        "waiting": _count(session, Inbox, col(Inbox.done_at).is_(None)),
        "failed": _count(session, Outbox, col(Outbox.state) == OutboxState.FAILED),
    }
    words = voice.word(N_("数据库：事项%(duties)s件，人员%(people)s人，待处理消息%(waiting)s条，发送失败%(failed)s条"))
    findings = [Finding(good=True, words=words % counts)]
    broken = broken_links(session)
    findings += [Finding(good=False, words=_broken(session, event, office, voice)) for event in broken[:MOST_NAMES]]
    if not broken:
        findings.append(Finding(good=True, words=voice.word(N_("操作记录：完整"))))
    return findings


def _broken(session: Session, event: Event, office: Office, voice: Speech) -> str:
    """Say which link of which chain is the first that does not fit, as what it is known in the office."""
    person = session.get(Person, event.person_id) if event.person_id else None
    said = DONE_SAID.get(event.kind) or OTHER_SAID.get(event.kind)
    before = session.exec(
        select(Event).where(Event.subject == event.subject, Event.sequence == event.sequence - 1)
    ).first()  # fmt: skip
    facts = {
        "subject": event.subject.removeprefix("duty:"), "sequence": event.sequence,
        "at": f"{office.local(event.at):%Y-%m-%d %H:%M}", "who": person.name if person else "—",
        "what": voice.word(said) if said else event.kind,
    }  # fmt: skip
    if event.sequence > 1 and before is None:
        words = N_("记录被删：%(subject)s 第%(sequence)s条（%(at)s %(who)s %(what)s）之前缺一条")
    else:
        words = N_("记录被改动：%(subject)s 第%(sequence)s条（%(at)s %(who)s %(what)s）与当时保存的不符")
    return voice.word(words) % facts


def _count(session: Session, table: type, *conditions: sa.ColumnElement[bool]) -> int:
    return int(session.execute(sa.select(sa.func.count()).select_from(table).where(*conditions)).scalar_one())


def _calendar(session: Session, settings: Settings, now: datetime, voice: Speech) -> list[Finding]:
    calendar = office_now(session, settings.office).calendar
    today = settings.office.today(now)
    findings = []
    for year in (today.year, today.year + 1):
        official = calendar.is_official(year)
        words = N_("%(year)s年工作日：已公布") if official else N_("%(year)s年工作日：尚未公布，暂按估计，没有调休")
        # next year's calendar comes out in November: until December nothing is wrong
        findings.append(
            Finding(good=official or (year > today.year and today.month < 12), words=voice.word(words) % {"year": year})
        )
    return findings


def _unreachable(session: Session, settings: Settings, now: datetime, voice: Speech) -> list[Finding]:
    """List who has open duties, or reads the digest, and cannot be told; who left and has a successor is no trouble."""
    office = settings.office
    place = {region.id: region.name for region in regions(session)}
    silent = [one for one in unreachable(session, office, office.today(now)) if one.fate != Fate.LEFT or not one.ways]
    if not silent:
        return [Finding(good=True, words=voice.word(N_("有在办事项的人员和日报读者都能联系上。")))]
    words = voice.word(N_("%(count)s人联系不上（在私聊里写“联系不上”可看原因）：%(names)s"))
    names = "、".join(
        f"{place[one.person.region_id]} {one.person.name}({one.person.official_id}) {one.duties}"
        for one in silent[:MOST_NAMES]
    )
    return [Finding(good=False, words=words % {"count": len(silent), "names": names})]


async def _token(settings: Settings, voice: Speech) -> Finding:
    if not settings.token:
        return Finding(good=False, words=voice.word(N_("令牌：没有设置 [telegram] token")))
    telegram = Telegram.of(settings)
    try:
        await telegram.open()
        return Finding(
            good=True, words=voice.word(N_("令牌：可用，机器人 @%(name)s")) % {"name": telegram.bot.username}
        )
    except TelegramError as trouble:
        return Finding(good=False, words=voice.word(N_("令牌：不可用（%(why)s）")) % {"why": trouble.message})
    finally:
        await telegram.close()
