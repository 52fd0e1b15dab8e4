"""What a whole sheet says about its rows: whether they are duties, of which workstream and county, in which unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from documents.head import Column, Head
from documents.head_words import ESSENTIAL, likely_fields
from documents.known import Known
from documents.records import COLUMN, Doubt
from documents.sheet_rows import AREA_FIELDS
from documents.values import UNIT_UNCLEAR, county_named
from documents.workbook import Sheet, address
from rules.policy import Workstream
from text.quantities import MU, is_unit, units_in
from text.reasons import Reason

_UNIT_LINE = re.compile(
    r"(?<![填编责牵配主制][报制任头合办表])(?P<of>计量|面积)?单位\s*(?:均|都)?[:为是(]\s*(?P<units>[^\s;。)]+)"
)
_UNIT_BY = re.compile(r"以(?P<units>[^\s;。)以]{1,8}?)(?:为单位|计算?(?!划))")
_BRACKETED = re.compile(r"[(\[【〔](?P<said>[^()\[\]【】〔〕]*)[)\]】〕]")
_BEFORE_UNIT = re.compile("(?:计量|面积|单位|均|都|为|是|:)*")
_AMOUNT = re.compile("[0-9余]")
_AT_END = re.compile(r".*[\s,、;:/|\-—](?P<said>[^\s,、;:/|\-—]+)")
_BETWEEN_UNITS = re.compile(r"[\s、,;:/和及或]+")
_OFFICE = re.compile(r"督察办(?:公室)?")  # whose ledger it is, not what it is about
_GUIDE = re.compile("填报说明|填表说明|填写说明|填报指南|示例|样例|样表|范例")
_COUNTY_ENDS = "县市区旗"
_LONGEST_COUNTY = 12  # characters
_LEAST_FIELDS = 4
_NAMES = {"duty_id", "title", "spot_no"}  # what tells one duty from another; a summary has none of it


@dataclass(frozen=True, kw_only=True)
class SheetKind:
    """What holds for all rows of a sheet; ``workstream`` None or ``county`` "": each row must tell.

    ``asked`` is what the sheet itself is asked about, by field, when a row does not tell; ``blocked`` why no row of
    it can be read.
    """

    workstream: Workstream | None = None
    county: str = ""
    units: Mapping[str, str]
    asked: Mapping[str, Doubt] = field(default_factory=dict)
    blocked: tuple[Doubt, ...] = ()


def is_guide(sheet: Sheet) -> bool:
    """Whether a sheet shows how to fill in the others."""
    return bool(_GUIDE.search(unicodedata.normalize("NFKC", sheet.name)))


def lists_duties(head: Head) -> bool:
    """Whether a sheet is a list of duties: what tells them apart, a deadline or status, half of what is necessary."""
    fields = {*head.columns, *(column.claims for column in head.unclear)}
    necessary = len({*ESSENTIAL, "county"} & fields)
    return (
        bool(_NAMES & fields)
        and bool({"due_original", "status"} & fields)
        and necessary >= 2
        and len(fields) >= _LEAST_FIELDS
    )


def kind_of_sheet(sheet: Sheet, head: Head, known: Known) -> SheetKind:
    """Judge a sheet by its name, the lines above its head, its head, and what people answered about it."""
    above = _lines_above(sheet, head)
    unit = _unit_of_lines([sheet.name, *above])
    title = f"{sheet.name}: {next((line for line in above if len(line) > 4), '') or _head_words(head)}"
    asked: dict[str, Doubt] = {}
    workstream = None
    if "workstream" not in head.columns:
        found = _workstreams_of(sheet, above, title, known)
        workstream = found[0] if len(found) == 1 else None
        reason = Reason.WORKSTREAM_UNCLEAR if found else Reason.WORKSTREAM_UNKNOWN
        likely = [one.code for one in found or known.workstreams]
        asked["workstream"] = _about_sheet(sheet, "workstream", title, reason, likely)
    county = ""
    if "county" not in head.columns:
        counties = _counties_of(sheet, above, title, known)
        county = counties[0] if len(counties) == 1 else ""
        asked["county"] = _about_sheet(sheet, "county", title, Reason.COUNTY_MISSING, counties)
    return SheetKind(
        workstream=workstream,
        county=county,
        units={name: head.units.get(name, unit) for name in AREA_FIELDS},
        asked=asked,
        blocked=tuple(_blocking(sheet, head)),
    )


def _about_sheet(sheet: Sheet, name: str, title: str, reason: Reason, likely: Sequence[str]) -> Doubt:
    return Doubt(sheet=sheet.name, cell="A1", field=name, raw=title, reason=reason, likely=tuple(likely)[:4])


def _blocking(sheet: Sheet, head: Head) -> Iterator[Doubt]:
    """Yield why no row can be read: a necessary column that is not there, or that two columns claim to be."""
    for name in ESSENTIAL:
        claiming = [column for column in head.unclear if column.claims == name]
        if name not in head.columns and not claiming:
            at = address(head.last_row, 1)
            yield Doubt(sheet=sheet.name, cell=at, field=COLUMN, raw=name, reason=Reason.COLUMN_MISSING)
        elif name not in head.columns:
            yield from (about_column(sheet, head, column, Reason.COLUMN_UNCLEAR) for column in claiming)


def below_other_head(sheet: Sheet, row: int) -> Doubt:
    """Return why the rows below a second head, whose columns are others, are not read."""
    words = "、".join(cell.text.strip() for _, cell in sorted(sheet.rows.get(row, {}).items()))
    return Doubt(sheet=sheet.name, cell=address(row, 1), field=COLUMN, raw=words, reason=Reason.HEAD_OTHER)


def about_column(sheet: Sheet, head: Head, column: Column, reason: Reason) -> Doubt:
    """Return the question about a column's head."""
    likely = likely_fields(column.path, head.columns)
    if column.claims:
        likely = tuple(dict.fromkeys([column.claims, *likely]))[:4]
    return Doubt(
        sheet=sheet.name, cell=address(head.last_row, column.at), field=COLUMN, raw=column.words, reason=reason,
        likely=likely,
    )  # fmt: skip


def _head_words(head: Head) -> str:
    return "、".join(head.columns)


def _lines_above(sheet: Sheet, head: Head) -> list[str]:
    return [
        unicodedata.normalize("NFKC", cell.text).strip()
        for row in range(1, head.first_row)
        for _, cell in sorted(sheet.rows.get(row, {}).items())
    ]


def _unit_of_lines(lines: list[str]) -> str:
    """Return the one unit of area that the lines declare; two different ones leave it unclear, none means mu."""
    units = {unit for line in lines for unit in _units_declared(unicodedata.normalize("NFKC", line).strip())}
    if len(units) > 1:
        return UNIT_UNCLEAR
    return units.pop() if units else MU


def _units_declared(line: str) -> Iterator[str]:
    """Yield the units that a line declares for all areas: 单位:公顷, (公顷), (面积:公顷), 以公顷计, or the last word.

    "1.2万亩耕地恢复台账" declares none: there the unit belongs to an amount, or to a name.
    """
    for found in _UNIT_LINE.finditer(line):
        units = units_in(found["units"])
        yield from units or ((UNIT_UNCLEAR,) if found["of"] else ())
    for found in _UNIT_BY.finditer(line):
        yield from units_in(found["units"])
    for found in _BRACKETED.finditer(line):
        yield from _units_alone(found["said"], or_unclear=True)
    if last := _AT_END.fullmatch(line) or re.fullmatch("(?P<said>.+)", line):
        yield from _units_alone(last["said"], or_unclear=False)


def _units_alone(said: str, *, or_unclear: bool) -> Iterator[str]:
    """Yield the units that stand alone between marks; one among other words may mean anything, an amount nothing."""
    for part in _BETWEEN_UNITS.split(said):
        word = part[match.end() :] if (match := _BEFORE_UNIT.match(part)) else part
        if not word or not (units := units_in(word)):
            continue
        if is_unit(word):
            yield from units
        elif or_unclear and not _AMOUNT.search(word) and not _UNIT_BY.search(word) and units != (MU,):
            yield UNIT_UNCLEAR


def _workstreams_of(sheet: Sheet, above: list[str], title: str, known: Known) -> list[Workstream]:
    answer = known.answers.text("", "workstream", title)
    if answer is not None:
        return workstreams_called(answer, known.workstreams)
    found = _workstreams_named(sheet.name, known.workstreams)
    return found or _workstreams_named(_OFFICE.sub("", " ".join(above)), known.workstreams)


def workstreams_called(words: str, workstreams: Sequence[Workstream]) -> list[Workstream]:
    """Return the workstreams of exactly that name."""
    return [one for one in workstreams if words in (one.code, one.zh, one.en, *one.keywords)]


def _workstreams_named(words: str, workstreams: Sequence[Workstream]) -> list[Workstream]:
    return [one for one in workstreams if any(keyword in words for keyword in (one.zh, *one.keywords))]


def _counties_of(sheet: Sheet, above: list[str], title: str, known: Known) -> list[str]:
    """Return the counties that the sheet's name tells, or else the lines above its head."""
    if answer := known.answers.text("", "county", title):
        found = county_named(answer, known.find_county)
        return [found] if found else []
    parts = [part for part in re.split(r"[\W\d_]+", sheet.name) if part]
    named = [county for part in parts if (county := county_named(part, known.find_county))]
    named = named or _counties_in(sheet.name, known)
    return list(dict.fromkeys(named or [county for line in above for county in _counties_in(line, known)]))


def _counties_in(words: str, known: Known) -> list[str]:
    """Return the counties whose whole names stand in the words, the longest reading of each place."""
    found = []
    for end, letter in enumerate(words, 1):
        starts = range(max(end - _LONGEST_COUNTY, 0), end - 1) if letter in _COUNTY_ENDS else ()
        names = (known.find_county(words[start:end]) for start in starts)
        found += [name for name in [next((name for name in names if name), None)] if name]
    return found
