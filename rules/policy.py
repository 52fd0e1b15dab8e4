"""What an office may decide for itself, as frozen values with sensible defaults; the config file fills them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from db.models import Level
from rules.calendar import Calendar
from rules.jitter import spread


class RateBasis(StrEnum):
    """By what a workstream's rate is reckoned."""

    FARMLAND = "farmland"
    AREA = "area"


@dataclass(frozen=True, kw_only=True)
class Workstream:
    """A kind of duty; ``keywords`` are the words by which people and sheet titles name it."""

    code: str
    zh: str
    en: str
    keywords: tuple[str, ...] = ()
    sub_types: tuple[str, ...] = ()
    rate_basis: RateBasis = RateBasis.FARMLAND
    needs_evidence: bool = False  # one proof at least, before acceptance can be asked for


WORKSTREAMS = (
    Workstream(
        code="inspection", zh="督察问题整改", en="Inspection",
        keywords=("督察问题", "督察反馈", "督察"), sub_types=("督察反馈问题",),
    ),
    Workstream(
        code="illegal_land", zh="违法用地整改", en="Illegal land use",
        keywords=("违法用地", "违法占地", "违法", "卫片"), sub_types=("新增非农建设违法用地",),
    ),
    Workstream(
        code="farmland", zh="耕地保护", en="Farmland",
        keywords=("耕地恢复", "耕地保护", "耕地保有量", "补充耕地", "退库", "耕地"),
        sub_types=("耕地恢复", "退库整改入库"),
    ),
    Workstream(
        code="mine", zh="矿山生态修复", en="Mine restoration",
        keywords=("矿山生态修复", "废弃矿山", "矿山", "生态修复"),
        sub_types=("十四五重点任务", "其他历史遗留"), rate_basis=RateBasis.AREA,
    ),
    Workstream(
        code="intensive_use", zh="节约集约用地", en="Intensive land use",
        keywords=("节约集约", "批而未用", "闲置土地", "存量土地", "集约"),
        sub_types=("批而未用", "闲置土地"), rate_basis=RateBasis.AREA,
    ),
)  # fmt: skip


class Trigger(StrEnum):
    """What makes a rung of the ladder due (PRACTICE 4.3); each goes with a number."""

    OVERDUE_WORKDAYS = "overdue_workdays"  # so many working days after the deadline
    OVERDUE_DAYS = "overdue_days"  # so many calendar days after it
    YELLOW_MONTHS = "yellow_months"  # yellow at the ends of so many months running
    UNANSWERED_WORKDAYS = "unanswered_workdays"  # the county did nothing since the letter before
    EXTENSION_REFUSED = "extension_refused"  # so many requests for this deadline
    STILL_DAYS = "still_days"  # nothing more was reported since the letter before
    RELAPSES = "relapses"  # of one duty
    LARGE_FARMLAND_MU = "large_farmland_mu"  # overdue after a letter, with so much farmland
    BASIC_FARMLAND_MU = "basic_farmland_mu"  # the same of permanent basic farmland
    BULLETIN_MONTHS = "bulletin_months"  # one for the whole city, every so many months
    BOTTOM_BULLETINS = "bottom_bulletins"  # a county among the last of so many bulletins running
    VETO_MONTHS = "veto_months"  # a county whose risk of 一票否决 stands for so many months
    APPROVAL_SUSPENDED = "approval_suspended"  # a county in 停批


class Addressee(StrEnum):
    """To whom a letter of the ladder goes."""

    BUREAU = "bureau"  # the persons responsible for the duties that it names
    DEPUTY = "deputy"  # in charge of these duties in the county
    PRINCIPAL = "principal"
    EVERYBODY = "everybody"  # principals and deputies of all counties, and the city's leaders
    NOBODY = "nobody"  # a paper for the office: it is never sent


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One step of the ladder above the reminders: what triggers its letter, to whom it goes, who signs it."""

    step: int
    name: str
    when: Mapping[Trigger, int]
    to: Addressee
    copy: Addressee = Addressee.NOBODY
    signed_by: Level = Level.CITY_OFFICE


LADDER = (
    Rung(
        step=2, name="提醒函", when={Trigger.OVERDUE_WORKDAYS: 5, Trigger.YELLOW_MONTHS: 2},
        to=Addressee.BUREAU, copy=Addressee.DEPUTY,
    ),
    Rung(
        step=3, name="督办函",
        when={Trigger.OVERDUE_DAYS: 15, Trigger.UNANSWERED_WORKDAYS: 5, Trigger.EXTENSION_REFUSED: 1},
        to=Addressee.DEPUTY, copy=Addressee.PRINCIPAL,
    ),
    Rung(step=4, name="通报", when={Trigger.BULLETIN_MONTHS: 1}, to=Addressee.EVERYBODY),
    Rung(
        step=5, name="约谈通知",
        when={Trigger.STILL_DAYS: 30, Trigger.RELAPSES: 1, Trigger.BOTTOM_BULLETINS: 2, Trigger.VETO_MONTHS: 3},
        to=Addressee.DEPUTY, signed_by=Level.CITY_LEADER,
    ),
    Rung(
        step=6, name="挂牌督办", when={Trigger.LARGE_FARMLAND_MU: 100, Trigger.BASIC_FARMLAND_MU: 1},
        to=Addressee.NOBODY,
    ),
    Rung(step=7, name="限批情况", when={Trigger.APPROVAL_SUSPENDED: 1}, to=Addressee.NOBODY),
    Rung(step=8, name="问责建议材料", when={Trigger.STILL_DAYS: 30}, to=Addressee.NOBODY),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Policy:
    """When people are reminded and told; days are calendar days unless called workdays."""

    workstreams: tuple[Workstream, ...] = WORKSTREAMS
    lead_days: tuple[int, ...] = (30, 7)
    lead_workdays: tuple[int, ...] = (3, 1)
    strict_lead_days: tuple[int, ...] = (60,)  # farmland, and sources above the city
    early_workdays: int = 2  # a lead time of a week or more comes along that much earlier with another reminder
    strict_sources: tuple[str, ...] = ("国家", "省")
    weekly_weekday: int = 0  # Monday; the overdue list of the week goes out on it or the next working day
    weekly_times: int = 4  # weekly lists on one overdue deadline, then the ladder climbs instead
    window_from: time = time(8, 30)
    window_to: time = time(18, 0)
    digest_at: str = "30 8 * * *"  # crontab, in the office's zone; only on working days
    jitter_minutes: int = 5  # over which a morning's messages are spread, each person's at his own moment; 0: none
    longest_pause_days: int = 30  # for which somebody may have his reminders go to his delegate
    near_days: int = 7  # so many days before its deadline, and less, a duty is blue,
    duty_blue_points: Decimal = Decimal(10)  # as when it lags so much behind its schedule,
    duty_yellow_points: Decimal = Decimal(30)  # and by more than this yellow
    line_yellow_points: Decimal = Decimal(10)  # a county's target line that lags so much is yellow,
    line_red_points: Decimal = Decimal(30)  # and by more than this red
    stall_weeks: int = 4  # without more being reported, a duty stalls
    pace_weeks: int = 8  # over which a county's pace is reckoned
    invite_days: int = 7
    undo_hours: int = 24
    question_minutes: int = 30
    merge_minutes: int = 10  # what is to be told to one person within them goes as one message
    most_extensions: int = 2  # of one duty's deadline
    longest_extension_days: int = 90  # after the present deadline, each
    stations: tuple[str, ...] = ("sign", "close")  # of rules.steps.OPTIONAL, those on this office's way
    waiting_stops_clock: bool = True  # while the city has to act, the county's deadline moves along
    check_workdays: int = 15  # within which the city judges what was reported; later it is the city's backlog
    notice_days: int = 7  # of a public notice
    return_reasons: tuple[str, ...] = ("照片看不清", "面积不符", "未整改到位", "材料不全")  # offered as buttons
    ladder: tuple[Rung, ...] = LADDER  # above the reminders, lowest step first
    climb_workdays: int = 5  # at least between two steps of one duty
    answer_workdays: int = 5  # within which a letter asks for an answer, if nobody sets a day
    bottom_counties: int = 3  # that a bulletin names as the last ones
    plan_days: int = 30  # after its issue, without measures a duty lacks a plan
    sign_workdays: int = 2  # within which the county signs for what was issued
    unfiled_days: int = 7  # after which a violation that was found should be filed
    area_slip_factor: int = 10  # a reported area this many times the duty's is taken for a slip

    def workstream(self, code: str) -> Workstream:
        """Return a workstream by its code; one that the config dropped still has a name."""
        return next((w for w in self.workstreams if w.code == code), Workstream(code=code, zh=code, en=code))

    def rung(self, step: int) -> Rung:
        """Return a rung by its step; one that the config dropped still has a name."""
        kept = {rung.step: rung for rung in (*LADDER, *self.ladder)}
        return kept.get(step) or Rung(step=step, name=str(step), when={}, to=Addressee.NOBODY)

    def spread(self, who: str, opens: datetime) -> datetime:
        """Return when a message that is due from a local moment on goes to somebody on that day."""
        closes = datetime.combine(opens.date(), self.window_to, tzinfo=opens.tzinfo)
        return spread(who, opens.date(), opens, closes, self.jitter_minutes)

    def in_window(self, local: datetime) -> bool:
        """Tell whether notices may be sent at this local time of a working day."""
        return self.window_from <= local.time() < self.window_to


@dataclass(frozen=True, kw_only=True)
class Office:
    """Whose ledger it is, where its clock stands, and what it decided."""

    name: str
    city: str
    language: str = "zh"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    policy: Policy = field(default_factory=Policy)
    calendar: Calendar = field(default_factory=Calendar)

    def local(self, moment: datetime) -> datetime:
        """Return an aware moment on the office's clock."""
        return moment.astimezone(self.zone)

    def today(self, moment: datetime) -> date:
        """Return the office's date at an aware moment."""
        return self.local(moment).date()

    def may_notify(self, moment: datetime, declared: bool | None = None) -> bool:
        """Tell whether a notice may be sent now: inside the window of a working day, which the office may declare."""
        local = self.local(moment)
        is_workday = self.calendar.is_workday(local.date()) if declared is None else declared
        return is_workday and self.policy.in_window(local)
