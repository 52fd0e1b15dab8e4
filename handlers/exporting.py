"""Files out: the ledger, the overdue list, the figures and a calendar of deadlines; said as ``/export``."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from db.figures import by_urgency, overdue
from db.files import StoredFile
from db.models import Duty, DutyOfficial, Level, Region
from db.queries import in_parts, regions
from documents.calendar_out import write_calendar
from documents.figures_out import FiguresTable, write_figures, write_figures_csv
from documents.ledger_out import LedgerLine, write_ledger, write_ledger_csv
from documents.overdue_out import OverdueLine, write_overdue, write_overdue_csv
from documents.records import DUTY_COLUMNS, DutyFields
from handlers.reading import readable
from handlers.request import Call
from rules.lights import light
from rules.permission import may_ever_report, reads_whole_city
from rules.policy import Office
from rules.refusal import Refusal, Why
from services import overview
from services.agenda import open_duties_for
from text.regions import Gazetteer
from text.reply import N_, Reply

LEDGER, OVERDUE, FIGURES, CALENDAR = "ledger", "overdue", "figures", "calendar"
KINDS = (LEDGER, OVERDUE, FIGURES)
WORDS = {
    "ledger": LEDGER, "台账": LEDGER, "overdue": OVERDUE, "超期": OVERDUE, "超期清单": OVERDUE, "逾期": OVERDUE,
    "figures": FIGURES, "进度": FIGURES, "数据": FIGURES, "进度表": FIGURES, "统计表": FIGURES,
    "calendar": CALENDAR, "日历": CALENDAR, "ics": CALENDAR,
}  # fmt: skip
NAMES = {
    LEDGER: N_("整改台账"), OVERDUE: N_("超期清单"), FIGURES: N_("整改进度表"), CALENDAR: N_("整改到期日历"),
}  # fmt: skip
CSV = "csv"


@dataclass(frozen=True, kw_only=True)
class Export:
    """What goes into a file: of which region (None: the whole city), judged on a day, written at a local time."""

    session: Session
    office: Office
    region: Region | None
    as_of: date
    written_at: datetime

    @property
    def place(self) -> str:
        """The name that the file carries."""
        return self.region.name if self.region else self.office.city


def export(call: Call) -> Reply:
    """Send a file of what the person may read; in a group the ledger would name people."""
    if call.request.is_group:
        raise Refusal(Why.PRIVATE_ONLY)
    kind, region, as_csv = _read(call)
    if kind is None:
        names = [call.button(NAMES[one], f"/export {one}") for one in (*KINDS, CALENDAR)]
        return call.reply("export_which", tuple(names[:2]), tuple(names[2:]))
    region = readable(call, region or call.home)
    written_at = call.office.local(call.request.now)
    asked = Export(
        session=call.session, office=call.office, region=region, as_of=call.today, written_at=written_at
    )  # fmt: skip
    suffix = "ics" if kind == CALENDAR else CSV if as_csv else "xlsx"
    content, count = _calendar(call, asked) if kind == CALENDAR else WRITERS[kind](asked, as_csv)
    owner = call.known.name if kind == CALENDAR and _has_own(call) else asked.place
    title = _title(call, owner, kind)
    name = f"{title}_{call.today:%Y%m%d}.{suffix}"
    stored = StoredFile(name=name, content=content, created_at=call.request.now)
    call.session.add(stored)
    call.session.flush()
    basis = overview.basis(call.session, call.office, call.today)
    reply = call.reply("exported", name=title, count=count, kind=kind, basis=basis)
    return replace(reply, file=stored.id)


def _read(call: Call) -> tuple[str | None, Region | None, bool]:
    kind, region, as_csv = None, None, False
    for word in call.words:
        if word.lower() in WORDS:
            kind = WORDS[word.lower()]
        elif word.lower() in (CSV, "xlsx", "excel"):
            as_csv = word.lower() == CSV
        elif found := call.gazetteer.exact(word):
            region = found
        else:
            near = call.gazetteer.nearest(word)
            choices = tuple((one.name, f"/export {kind or LEDGER} {one.name}") for one in near)
            raise Refusal(Why.UNKNOWN_REGION, word=word, choices=choices)
    return kind or (LEDGER if region or as_csv else None), region, as_csv


def write_file(kind: str, asked: Export, *, as_csv: bool) -> bytes:
    """Return the file of one of KINDS."""
    return WRITERS[kind](asked, as_csv)[0]


def _ledger(asked: Export, as_csv: bool) -> tuple[bytes, int]:
    place = {county.id: order for order, county in enumerate(_counties(asked))}
    duties = _duties(asked, select(Duty).order_by(col(Duty.number)))
    lines = _lines(asked, sorted(duties, key=lambda duty: (duty.workstream, place[duty.region_id])))
    if as_csv:
        return write_ledger_csv(lines), len(lines)
    content = write_ledger(
        lines, city=asked.place, office=asked.office.name, as_of=asked.as_of, written_at=asked.written_at,
        workstreams=asked.office.policy.workstreams,
    )  # fmt: skip
    return content, len(lines)


def _overdue(asked: Export, as_csv: bool) -> tuple[bytes, int]:
    late = _duties(asked, by_urgency(select(Duty).where(overdue(asked.as_of))))
    lines = [_late(line, asked) for line in _lines(asked, late)]
    if as_csv:
        return write_overdue_csv(lines), len(lines)
    content = write_overdue(
        lines, city=asked.place, office=asked.office.name, as_of=asked.as_of, written_at=asked.written_at
    )
    return content, len(lines)


def _late(line: LedgerLine, asked: Export) -> OverdueLine:
    duty = line.duty
    assert duty.due_on is not None
    return OverdueLine(
        number=duty.duty_id, county=duty.county, workstream=asked.office.policy.workstream(duty.workstream).zh,
        title=duty.title, due_on=duty.due_on, days_late=(asked.as_of - duty.due_on).days, status=duty.status,
        light=line.light, area_mu=duty.area_mu, farmland_mu=duty.farmland_mu,
        rectified_area_mu=duty.rectified_area_mu, rectified_farmland_mu=duty.rectified_farmland_mu,
        lead_unit=duty.lead_unit, persons=duty.persons,
    )  # fmt: skip


def _figures(asked: Export, as_csv: bool) -> tuple[bytes, int]:
    streams = [(None, N_("全部工作")), *((one.code, one.zh) for one in asked.office.policy.workstreams)]
    tables = [_table(asked, code, name) for code, name in streams]
    ledger_of = overview.basis(asked.session, asked.office, asked.as_of).ledger_of
    if as_csv:
        return write_figures_csv(tables, city=asked.place, as_of=asked.as_of), tables[0].city.count
    content = write_figures(
        tables, city=asked.place, office=asked.office.name, as_of=asked.as_of, ledger_of=ledger_of,
        written_at=asked.written_at,
    )  # fmt: skip
    return content, tables[0].city.count


def _table(asked: Export, workstream: str | None, name: str) -> FiguresTable:
    counties = _counties(asked)
    ids = [county.id for county in counties if county.id is not None]
    by_county = overview.by_county(asked.session, asked.as_of, ids, workstream)
    shown = {county.name: by_county[county.id] for county in counties if county.id in by_county}
    return FiguresTable(name=name, counties=shown, city=overview.total(asked.session, asked.as_of, ids, workstream))


def _calendar(call: Call, asked: Export) -> tuple[bytes, int]:
    """Take the duties that the person is to see to; of who has none of his own, those of the region."""
    if _has_own(call):
        duties = open_duties_for(call.session, call.known, call.today)
    else:
        duties = _duties(asked, by_urgency(select(Duty)))
    fields = [line.duty for line in _lines(asked, [duty for duty in duties if duty.due_on])]
    owner = call.known.name if _has_own(call) else asked.place
    content = write_calendar(
        fields, name=_title(call, owner, CALENDAR), written_at=asked.written_at,
        language=call.speech.language,
    )  # fmt: skip
    return content, content.count(b"\r\nBEGIN:VEVENT\r\n")


def _title(call: Call, owner: str, kind: str) -> str:
    """Name a file: 甲县整改台账, 甲县 Rectification ledger."""
    between = "" if call.speech.language == "zh" else " "
    return f"{owner}{between}{call.speech.word(NAMES[kind])}"


def _has_own(call: Call) -> bool:
    return may_ever_report(call.person) and not reads_whole_city(call.known)


WRITERS: dict[str, Callable[[Export, bool], tuple[bytes, int]]] = {
    LEDGER: _ledger,
    OVERDUE: _overdue,
    FIGURES: _figures,
}


def _counties(asked: Export) -> list[Region]:
    places = Gazetteer(regions(asked.session))
    return places.below(asked.region) if asked.region else places.counties


def _duties(asked: Export, query: Any) -> list[Duty]:
    ids = [county.id for county in _counties(asked)]
    return list(asked.session.execute(query.where(col(Duty.region_id).in_(ids))).scalars())


def _lines(asked: Export, duties: Sequence[Duty]) -> list[LedgerLine]:
    """Put stored duties back into the ledger's own fields, in the order of counties within a workstream."""
    place = {region.id: region for region in regions(asked.session)}
    named = _names(asked.session, [duty.id for duty in duties if duty.id is not None])
    return [
        LedgerLine(
            duty=_fields(duty, place[duty.region_id], named[duty.id or 0]),
            light=light(duty, asked.as_of, asked.office.policy),
            due_written=str(duty.raw.get("due_original", "")),
        )
        for duty in duties
    ]


def _fields(duty: Duty, county: Region, names: dict[Level, list[str]]) -> DutyFields:
    stored = {name: getattr(duty, name) for name in DUTY_COLUMNS if hasattr(duty, name)}
    unknown = {
        name: None for name in stored if name.endswith("_mu") and name in duty.imported and not stored[name]
        and duty.imported[name] is None
    }  # fmt: skip
    return DutyFields(
        **(stored | unknown), duty_id=duty.number, county=county.name, county_code=county.code,
        principal="、".join(names[Level.PRINCIPAL]), deputy="、".join(names[Level.DEPUTY]),
        persons=tuple(names[Level.RESPONSIBLE]),
    )  # fmt: skip


def _names(session: Session, duty_ids: Sequence[int]) -> dict[int, dict[Level, list[str]]]:
    found: dict[int, dict[Level, list[str]]] = defaultdict(lambda: defaultdict(list))
    for part in in_parts(duty_ids):
        query = select(DutyOfficial).where(col(DutyOfficial.duty_id).in_(part)).order_by(col(DutyOfficial.position))
        for one in session.exec(query):
            found[one.duty_id][one.level].append(one.name)
    return found
