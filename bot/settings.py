"""One TOML file becomes frozen values; an error names its key and says what is allowed."""

import os
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from db.models import Level
from rules.calendar import Calendar
from rules.policy import LADDER, WORKSTREAMS, Addressee, Office, Policy, RateBasis, Rung, Trigger, Workstream
from rules.steps import OPTIONAL
from scheduler.hours import is_crontab
from scheduler.pace import Limits
from text.reply import LANGUAGES

TOKEN_ENV = "DUBAN_TELEGRAM_TOKEN"  # noqa: S105  (the name of a variable, not a token)
TELEGRAM = "https://api.telegram.org/"
LONGEST_SECONDS = 3600
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class SettingError(Exception):
    """A setting that cannot be used: which one, and what is allowed."""

    def __init__(self, key: str, allowed: str) -> None:
        super().__init__(f"{key}: {allowed}")
        self.key, self.allowed = key, allowed


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that an installation decides. ``token`` is a secret: it is not in ``repr``."""

    office: Office
    database_url: str
    token: str = field(default="", repr=False)
    base_url: str = f"{TELEGRAM}bot"
    base_file_url: str = f"{TELEGRAM}file/bot"
    proxy: str | None = None
    limits: Limits = field(default_factory=Limits)
    lease_seconds: float = 60.0
    stop_seconds: float = 20.0
    evidence_folder: Path = Path("evidence")


class Section:
    """One table of the file; what nobody asked for by the end was misspelt."""

    def __init__(self, name: str, values: Any) -> None:
        if not isinstance(values, dict):
            raise SettingError(name, "must be a table, like [office]")
        self._name, self._values, self._asked = name, values, set[str]()

    def take(self, key: str, kind: type | tuple[type, ...], allowed: str, default: Any = None) -> Any:
        """Return a value of the right kind, or the default where there is none."""
        self._asked.add(key)
        value = self._values.get(key, default)
        if value is not default and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise self.error(key, allowed)
        return value

    def error(self, key: str, allowed: str) -> SettingError:
        """Make the error that names a key of this table."""
        return SettingError(f"[{self._name}] {key}", allowed)

    def close(self) -> None:
        """Refuse keys that mean nothing: a setting that is silently ignored is worse than an error."""
        for key in self._values:
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                raise SettingError(f"[{self._name}] {key}", f"is not a setting; there are: {known}")


TABLES = (
    "office",
    "telegram",
    "database",
    "reminders",
    "calendar",
    "delivery",
    "evidence",
    "steps",
    "lights",
    "ladder",
    "workstreams",
)


def load(path: Path, *, needs_token: bool = False) -> Settings:
    """Read the settings file; relative paths in it are relative to it."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingError(str(path), "no such file; copy config.example.toml and fill it in") from None
    except OSError as bad:
        raise SettingError(str(path), f"cannot be read: {bad.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
        raise SettingError(str(path), f"is not TOML: {bad}") from None
    for table in raw:
        if table not in TABLES:
            raise SettingError(f"[{table}]", f"is not a table of settings; there are: {', '.join(TABLES)}")
    return from_values(raw, path.parent, needs_token=needs_token)


def from_values(raw: dict[str, Any], home: Path, *, needs_token: bool = False) -> Settings:
    """Check and complete the values of a settings file."""
    telegram = Section("telegram", raw.get("telegram", {}))
    token = _token(telegram, home)
    if needs_token and not token:
        raise telegram.error("token", f"is missing; put it there, in token_file, or in {TOKEN_ENV}")
    address = "must be an address that starts with http:// or https://"
    settings = Settings(
        office=_office(raw),
        database_url=_database(raw, home),
        token=token,
        base_url=_address(telegram, "base_url", address) or Settings.base_url,
        base_file_url=_address(telegram, "base_file_url", address) or Settings.base_file_url,
        proxy=_address(telegram, "proxy", "must be the http:// address of a proxy"),
        evidence_folder=_evidence_folder(raw, home),
        **_delivery(Section("delivery", raw.get("delivery", {}))),
    )
    telegram.close()
    return settings


def _token(telegram: Section, home: Path) -> str:
    token: str = telegram.take("token", str, "must be text, like 123456:ABC-DEF", "")
    file: str | None = telegram.take("token_file", str, "must be the path of a file")
    if not token and file:
        try:
            token = (home / file).read_text(encoding="utf-8").strip()
        except OSError:
            raise telegram.error("token_file", f"cannot be read: {file}") from None
    token = os.environ.get(TOKEN_ENV, "").strip() or token
    if token and not re.fullmatch(r"\d+:[\w-]+", token):
        raise telegram.error("token", "must look like 123456:ABC-DEF, as @BotFather gives it")
    return token


def _address(section: Section, key: str, allowed: str) -> str | None:
    value: str | None = section.take(key, str, allowed)
    if value is not None and not re.match(r"https?://\S+$", value):
        raise section.error(key, allowed)
    return value


def _database(raw: dict[str, Any], home: Path) -> str:
    section = Section("database", raw.get("database", {}))
    url: str = section.take("url", str, "must be like sqlite:///duban.db", "sqlite:///duban.db")
    section.close()
    if not re.match(r"(sqlite|postgresql\+psycopg)://", url):
        raise section.error("url", "must begin with sqlite:/// or postgresql+psycopg://")
    relative = re.match(r"sqlite:///(?!/)(.+)", url)
    return f"sqlite:///{(home / relative[1]).resolve()}" if relative else url


def _evidence_folder(raw: dict[str, Any], home: Path) -> Path:
    section = Section("evidence", raw.get("evidence", {}))
    allowed = "must be the path of a folder"
    folder: str = section.take("folder", str, allowed, str(Settings.evidence_folder))
    section.close()
    if not folder.strip() or "\0" in folder:
        raise section.error("folder", allowed)
    return (home / folder).resolve()


def _office(raw: dict[str, Any]) -> Office:
    section = Section("office", raw.get("office", {}))
    name: str | None = section.take("name", str, "must be the office's name, like 青澜市自然资源督察办公室")
    if not name:
        raise section.error("name", "is missing; the office's name, like 青澜市自然资源督察办公室")
    found = re.match(r".+?(?:市|州|盟|地区)", name)
    city = section.take("city", str, "must be the city's name, like 青澜市", found[0] if found else name)
    language = section.take("language", str, "must be zh or en", "zh")
    if language not in LANGUAGES:
        raise section.error("language", "must be zh or en")
    zone = section.take("timezone", str, "must be a time zone, like Asia/Shanghai", "Asia/Shanghai")
    try:
        zone_info = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise section.error("timezone", f"{zone} is not a time zone; one is Asia/Shanghai") from None
    section.close()
    calendar = _calendar(Section("calendar", raw.get("calendar", {})))
    return Office(name=name, city=city, language=language, zone=zone_info, policy=_policy(raw), calendar=calendar)


def _calendar(section: Section) -> Calendar:
    worked = section.take("workdays", list, "must be a list of dates", [])
    free = section.take("days_off", list, "must be a list of dates", [])
    section.close()
    for key, days in (("workdays", worked), ("days_off", free)):
        if not all(type(day) is date for day in days):
            raise section.error(key, "must be a list of dates, like [2027-02-14]")
    return Calendar(overrides=dict.fromkeys(worked, True) | dict.fromkeys(free, False))


def _policy(raw: dict[str, Any]) -> Policy:
    section = Section("reminders", raw.get("reminders", {}))
    default = Policy()
    days = "must be a list of numbers of days, like [30, 7]"
    policy = Policy(
        **_steps(Section("steps", raw.get("steps", {}))),
        **_lights(Section("lights", raw.get("lights", {}))),
        ladder=_ladder(raw.get("ladder")),
        workstreams=_workstreams(raw.get("workstreams")),
        lead_days=_numbers(section, "lead_days", days, default.lead_days),
        lead_workdays=_numbers(section, "lead_workdays", days, default.lead_workdays),
        strict_lead_days=_numbers(section, "strict_lead_days", days, default.strict_lead_days),
        early_workdays=_number(section, "early_workdays", 0, 5, default.early_workdays),
        strict_sources=_words(section, "strict_sources", default.strict_sources),
        weekly_weekday=_weekday(section, default.weekly_weekday),
        weekly_times=_number(section, "weekly_times", 0, 52, default.weekly_times),
        window_from=_time(section, "window_from", default.window_from),
        window_to=_time(section, "window_to", default.window_to),
        digest_at=_crontab(section, "digest_at", default.digest_at),
        jitter_minutes=_number(section, "jitter_minutes", 0, 60, default.jitter_minutes),
        longest_pause_days=_number(section, "longest_pause_days", 1, 365, default.longest_pause_days),
        invite_days=_number(section, "invite_days", 1, 90, default.invite_days),
        undo_hours=_number(section, "undo_hours", 0, 720, default.undo_hours),
        question_minutes=_number(section, "question_minutes", 1, 1440, default.question_minutes),
        merge_minutes=_number(section, "merge_minutes", 0, 120, default.merge_minutes),
        most_extensions=_number(section, "most_extensions", 0, 20, default.most_extensions),
        longest_extension_days=_number(section, "longest_extension_days", 1, 730, default.longest_extension_days),
        climb_workdays=_number(section, "climb_workdays", 0, 60, default.climb_workdays),
        answer_workdays=_number(section, "answer_workdays", 1, 60, default.answer_workdays),
        bottom_counties=_number(section, "bottom_counties", 1, 20, default.bottom_counties),
        plan_days=_number(section, "plan_days", 0, 365, default.plan_days),
        sign_workdays=_number(section, "sign_workdays", 0, 60, default.sign_workdays),
        unfiled_days=_number(section, "unfiled_days", 0, 365, default.unfiled_days),
        area_slip_factor=_number(section, "area_slip_factor", 2, 1000, default.area_slip_factor),
    )
    section.close()
    if policy.window_from >= policy.window_to:
        raise section.error("window_to", "must be later than window_from")
    return policy


def _steps(section: Section) -> dict[str, Any]:
    default = Policy()
    stations = _words(section, "stations", default.stations)
    if unknown := set(stations) - OPTIONAL:
        allowed = f"{', '.join(sorted(unknown))} is no station; there are: {', '.join(sorted(OPTIONAL))}"
        raise section.error("stations", allowed)
    found = {
        "stations": stations,
        "waiting_stops_clock": section.take(
            "waiting_stops_clock", bool, "must be true or false", default.waiting_stops_clock
        ),
        "check_workdays": _number(section, "check_workdays", 1, 250, default.check_workdays),
        "notice_days": _number(section, "notice_days", 1, 365, default.notice_days),
        "return_reasons": _words(section, "return_reasons", default.return_reasons),
    }
    section.close()
    return found


def _lights(section: Section) -> dict[str, Any]:
    default = Policy()
    yellow = _number(section, "line_yellow_points", 0, 100, int(default.line_yellow_points))
    red = _number(section, "line_red_points", 0, 100, int(default.line_red_points))
    near_days = _number(section, "near_days", 0, 365, default.near_days)
    duty_blue = _number(section, "duty_blue_points", 0, 100, int(default.duty_blue_points))
    duty_yellow = _number(section, "duty_yellow_points", 0, 100, int(default.duty_yellow_points))
    stall_weeks = _number(section, "stall_weeks", 1, 104, default.stall_weeks)
    pace_weeks = _number(section, "pace_weeks", 1, 104, default.pace_weeks)
    section.close()
    if red < yellow:
        raise section.error("line_red_points", "must not be less than line_yellow_points")
    if duty_yellow < duty_blue:
        raise section.error("duty_yellow_points", "must not be less than duty_blue_points")
    return {
        "near_days": near_days, "duty_blue_points": Decimal(duty_blue), "duty_yellow_points": Decimal(duty_yellow),
        "line_yellow_points": Decimal(yellow), "line_red_points": Decimal(red),
        "stall_weeks": stall_weeks, "pace_weeks": pace_weeks,
    }  # fmt: skip


def _ladder(raw: Any) -> tuple[Rung, ...]:
    if raw is None:
        return LADDER
    if not isinstance(raw, list):
        raise SettingError("[[ladder]]", "must be a list of tables, one a step")
    rungs = sorted((_rung(Section("[ladder]", table)) for table in raw), key=lambda rung: rung.step)
    if len({rung.step for rung in rungs}) < len(rungs):
        raise SettingError("[[ladder]] step", "must be another number for each step")
    return tuple(rungs)


def _rung(section: Section) -> Rung:
    step = section.take("step", int, "must be a whole number from 2 to 99")
    name = section.take("name", str, "must be the letter's name, like 提醒函")
    when = section.take("when", dict, "must be like {overdue_workdays = 5}", {})
    if not step or not 2 <= step <= 99:
        raise section.error("step", "must be a whole number from 2 to 99")
    if not name:
        raise section.error("name", "must be the letter's name, like 提醒函")
    known = ", ".join(Trigger)
    for trigger, number in when.items():
        if trigger not in list(Trigger):
            raise section.error("when", f"{trigger} is no trigger; there are: {known}")
        if type(number) is not int or not 0 < number < 100_000:
            raise section.error("when", f"{trigger} must be a whole number from 1")
    if not when:
        raise section.error("when", "must be like {overdue_workdays = 5}")
    signed_by = section.take("signed_by", str, "must be city_office or city_leader", Level.CITY_OFFICE.value)
    if signed_by not in (Level.CITY_OFFICE, Level.CITY_LEADER):
        raise section.error("signed_by", "must be city_office or city_leader")
    rung = Rung(
        step=step, name=name, when={Trigger(one): number for one, number in when.items()},
        to=_addressee(section, "to"), copy=_addressee(section, "copy"), signed_by=Level(signed_by),
    )  # fmt: skip
    section.close()
    return rung


def _addressee(section: Section, key: str) -> Addressee:
    allowed = f"must be one of {', '.join(Addressee)}"
    value = section.take(key, str, allowed, Addressee.NOBODY.value)
    if value not in list(Addressee):
        raise section.error(key, allowed)
    return Addressee(value)


def _workstreams(raw: Any) -> tuple[Workstream, ...]:
    if raw is None:
        return WORKSTREAMS
    if not isinstance(raw, list) or not raw:
        raise SettingError("[[workstreams]]", "must be a list of tables, one a workstream")
    return tuple(_workstream(Section("[workstreams]", table)) for table in raw)


def _workstream(section: Section) -> Workstream:
    code = section.take("code", str, "must be a short name in Latin letters, like mine")
    zh = section.take("zh", str, "must be the Chinese name")
    if not code or not zh:
        raise section.error("code", "and zh are needed for every workstream")
    basis = section.take("rate_basis", str, "must be farmland or area", "farmland")
    if basis not in list(RateBasis):
        raise section.error("rate_basis", "must be farmland or area")
    stream = Workstream(
        code=code, zh=zh, en=section.take("en", str, "must be the English name", code), rate_basis=RateBasis(basis),
        keywords=_words(section, "keywords"),
        sub_types=_words(section, "sub_types"),
        needs_evidence=section.take("needs_evidence", bool, "must be true or false", False),
    )  # fmt: skip
    section.close()
    return stream


def _delivery(section: Section) -> dict[str, Any]:
    default = Limits()
    limits = Limits(
        per_second=_number(section, "per_second", 1, 10_000, default.per_second),
        chat_seconds=_seconds(section, "chat_seconds", default.chat_seconds),
        group_per_minute=_number(section, "group_per_minute", 1, 1_000_000, default.group_per_minute),
        in_flight=_number(section, "in_flight", 1, 1000, default.in_flight),
    )
    lease = _seconds(section, "lease_seconds", Settings.lease_seconds)
    stop = _seconds(section, "stop_seconds", Settings.stop_seconds)
    section.close()
    return {"limits": limits, "lease_seconds": lease, "stop_seconds": stop}


def _words(section: Section, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    values = section.take(key, list, "must be a list of words", default)
    if not all(isinstance(value, str) and value for value in values):
        raise section.error(key, "must be a list of words")
    return tuple(values)


def _seconds(section: Section, key: str, default: float) -> float:
    allowed = f"must be a number of seconds from 0 to {LONGEST_SECONDS}"
    value = float(section.take(key, (int, float), allowed, default))
    if not 0 <= value <= LONGEST_SECONDS:  # false for what is not a number, too
        raise section.error(key, allowed)
    return value


def _numbers(section: Section, key: str, allowed: str, default: tuple[int, ...]) -> tuple[int, ...]:
    values = section.take(key, list, allowed, default)
    if not all(type(value) is int and 0 < value < 1000 for value in values):
        raise section.error(key, allowed)
    return tuple(values)


def _number(section: Section, key: str, least: int, most: int, default: int) -> int:
    allowed = f"must be a whole number from {least} to {most}"
    value: int = section.take(key, int, allowed, default)
    if not least <= value <= most:
        raise section.error(key, allowed)
    return value


def _weekday(section: Section, default: int) -> int:
    allowed = f"must be one of {', '.join(WEEKDAYS)}"
    value = section.take("weekly_weekday", str, allowed, WEEKDAYS[default])
    if value not in WEEKDAYS:
        raise section.error("weekly_weekday", allowed)
    return WEEKDAYS.index(value)


def _time(section: Section, key: str, default: time) -> time:
    allowed = 'must be a time, like "08:30"'
    value = section.take(key, (str, time), allowed, default)
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(value)
    except ValueError:
        raise section.error(key, allowed) from None


def _crontab(section: Section, key: str, default: str) -> str:
    allowed = 'must be a crontab line of five fields, like "30 8 * * *"'
    value: str = section.take(key, str, allowed, default)
    if not is_crontab(value):
        raise section.error(key, allowed)
    return value
