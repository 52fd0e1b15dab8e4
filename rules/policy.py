"""What an office may decide for itself, as frozen values with sensible defaults; the config file fills them."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from rules.calendar import Calendar


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
    near_days: int = 7  # so many days before its deadline, and less, a duty is blue,
    duty_blue_points: Decimal = Decimal(10)  # as when it lags so much behind its schedule,
    duty_yellow_points: Decimal = Decimal(30)  # and by more than this yellow
    line_yellow_points: Decimal = Decimal(10)  # a county's target line that lags so much is yellow,
    line_red_points: Decimal = Decimal(30)  # and by more than this red
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
    unfiled_days: int = 7  # after which a violation that was found should be filed
    area_slip_factor: int = 10  # a reported area this many times the duty's is taken for a slip

    def workstream(self, code: str) -> Workstream:
        """Return a workstream by its code; one that the config dropped still has a name."""
        return next((w for w in self.workstreams if w.code == code), Workstream(code=code, zh=code, en=code))

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
