"""/found, /filed, /decided, /cases: what somebody found is registered, filed and decided (发现一起、查处一起)."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from db.life import Case, Phase
from db.models import Duty, Event, Person, Region
from handlers.areas import said_areas
from handlers.asking import forget_question, remember_question
from handlers.dates import as_written, read_date
from handlers.drafting import (
    LONGEST_TEXT,
    Drafting,
    Trouble,
    command_for,
    county_choices,
    read_county,
    read_words,
    town_in,
    with_unknown_county,
)
from handlers.paging import count_pages, turn_pages
from handlers.reading import is_city, read_scope
from handlers.request import Call
from rules.cases import age, file_by, is_unfiled_too_long
from rules.permission import may_assign, may_handle_case, may_register_case
from rules.refusal import Refusal, Why
from services import cases, evidence, overview
from services.cases import Finding, Months
from text.quantities import say_area
from text.reply import N_, Button, Reply

PAGE_SIZE = 5
CHOICES_A_ROW = 3
LONGEST_FILE_NO = 60
DECEMBER = 12
COUNTY, TEXT, FILE_NO = "county", "text", "file_no"
WHAT = "what"  # a question that a command leaves open; what was decided is any words
DRAFT = "draft"  # the message that began a finding, with its photos
_MONTH = re.compile(r"(?:(?P<year>20\d\d)(?:年|[-./]))?(?P<month>\d{1,2})(?:月份?)|(?P<y>20\d\d)-(?P<m>\d{1,2})")
_NAME = re.compile(r"^发现了?[\s:：,，]*")
_MONTHS_AGO = {"本月": 0, "这个月": 0, "当月": 0, "上月": 1, "上个月": 1}
_DAYS_AGO = {"昨天": 1, "昨日": 1, "前天": 2}
_NUMBER = re.compile(rf"{cases.INITIALS}-?\d{{4}}-?\d+")
_SAYS_DAY = re.compile(r"[年月./-]|今[天日]")  # 12号 may be the number of a file
_YEAR = re.compile(r"\d{4}")


def found(call: Call) -> Reply:
    """Register a violation: /found [COUNTY] TEXT; with the number of a case, show it."""
    if call.words and (named := _find(call, call.words[0])):
        return _card(call, named)
    said, rest = read_words(call.words)
    asked = said.pop("ask", "")
    if asked == COUNTY:
        known = {**said, COUNTY: " ".join(rest)}
    else:
        known = {**_understood(call, as_written(call, rest)), **said}
    if not any(character.isalnum() for character in known.get(TEXT, "")):
        return _ask(call, known, TEXT)
    _check_length(known[TEXT], LONGEST_TEXT)
    return _register(call, known)


def _understood(call: Call, text: str) -> dict[str, str]:
    """Part what was written into the county and what was found; one's own county need not be said."""
    own, text = _own_county(call), _NAME.sub("", text)  # the answer to 发现了什么 may begin so
    places = [place for place in call.gazetteer.in_text(text) if place.region in call.gazetteer.counties]
    place = next((place for place in places if place.start == 0 or own is None), None)
    if place is not None and place.region is not None:
        return {COUNTY: place.region.name, TEXT: (text[: place.start] + text[place.end :]).strip(" ,，:：")}
    known = with_unknown_county({TEXT: text})
    return {COUNTY: own.name, **known} if own else known


def _own_county(call: Call) -> Region | None:
    """Return the county of whoever speaks, or else that of the group."""
    regions = (call.gazetteer.get(call.known.region_id), call.home)
    return next((region for region in regions if not is_city(region)), None)


def _register(call: Call, known: dict[str, str]) -> Reply:
    try:
        county = call.gazetteer.exact(read_county(Drafting(call), known[COUNTY])) if COUNTY in known else None
    except Trouble as trouble:
        return _ask(call, known, COUNTY, trouble)
    if county is None:
        return _ask(call, known, COUNTY)
    if not may_register_case(call.known, county, call.today):
        raise Refusal(Why.NOT_YOUR_CASE, home=county.name)
    text, areas = known[TEXT], said_areas(call, known[TEXT])
    finding = Finding(
        county=county, what=text, town=town_in(call.session, county, text), area_mu=areas.area,
        farmland_mu=areas.farmland,
    )  # fmt: skip
    case, event = cases.register(call.session, call.act, finding, call.today)
    _keep_photos(call, case, known.get(DRAFT, ""))
    forget_question(call)
    return _card(call, case, event)


def _keep_photos(call: Call, case: Case, begun_by: str) -> None:
    """Keep what came with the message as proofs of the case, or with the one that our question was about."""
    evidence.keep(
        call.session, call.act, call.request.attachments, case=case, phase=Phase.BEFORE, album=call.request.album
    )
    waiting = evidence.homeless(call.session, call.act, call.office.policy.question_minutes)
    evidence.give_to_case(call.session, [row for row in waiting if row.act == begun_by], case)


def filed(call: Call) -> Reply:
    """File a case: /filed CASE [number of the file] [DATE]."""
    case, words = _case_meant(call)
    _check_may_handle(call, case)
    cases.check_may_file(case)
    day, rest = _read_day(call, words)
    file_no = as_written(call, rest)
    if not file_no:
        return _ask_more(call, case, f"/filed {case.number} {day or ''}", FILE_NO)
    _check_length(file_no, LONGEST_FILE_NO)
    event = cases.file(call.session, call.act, case, file_no, day or call.today, call.today)
    forget_question(call)
    return _card(call, case, event)


def decided(call: Call) -> Reply:
    """Say what was decided of a case: /decided CASE TEXT [DATE]."""
    case, words = _case_meant(call)
    _check_may_handle(call, case)
    cases.check_may_decide(case)
    day, rest = _read_day(call, words)
    decision = as_written(call, rest)
    if not decision:
        return _ask_more(call, case, f"/decided {case.number} {day or ''}", TEXT)
    _check_length(decision, LONGEST_TEXT)
    event = cases.decide(call.session, call.act, case, decision, day or call.today, call.today)
    forget_question(call)
    return _card(call, case, event)


def list_(call: Call) -> Reply:
    """Count what was found, filed and decided, and list what stays unfiled: /cases [COUNTY] [month]."""
    if call.words and (named := _find(call, call.words[0])):
        return _card(call, named)
    said = [(word, _read_months(call, word)) for word in call.words]
    month, months = next(((word, read) for word, read in said if read), ("", None))
    scope = read_scope(replace(call, words=tuple(word for word, read in said if read is None)))
    ids = [county.id for county in call.gazetteer.below(scope.region) if county.id is not None]
    policy = call.office.policy
    late, count = cases.unfiled(call.session, ids, call.today, policy, scope.page, PAGE_SIZE, months)
    command = f"/cases {scope.region.name} {month}".strip()
    pages = count_pages(scope.page, count, PAGE_SIZE, command)
    lines = [
        {"case": case, "age": age(case, call.today), "county": _county(call, case) if is_city(scope.region) else ""}
        for case in late
    ]  # fmt: skip
    buttons = [Button(label=case.number, command=f"/cases {case.number}") for case in late]
    return call.reply(
        "cases", *(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)),
        turn_pages(call, command, scope.page, pages), region=scope.region, months=months, lines=lines, count=count,
        figures=cases.figures(call.session, ids, months), unfiled_days=policy.unfiled_days, page=scope.page,
        pages=pages, basis=overview.Basis(as_of=call.today, ledger_of=None), replaces=True,
    )  # fmt: skip


def undo(call: Call, event: Event) -> Reply:
    """Take back a finding, a filing or a decision."""
    case = cases.undo(call.session, call.act, event, call.office.policy)
    if not call.may_read(call.gazetteer.get(case.region_id)):  # one county's cases are not said in another's group
        raise Refusal(Why.PRIVATE_ONLY)
    return call.reply("case_undone", case=case, county=_county(call, case), kind=event.kind, replaces=True)


# --- one case


def _card(call: Call, case: Case, event: Event | None = None) -> Reply:
    """Show a case and what may be done with it; ``event`` is what was just done."""
    finder = call.session.get_one(Person, case.found_by_id)
    duty = call.session.get(Duty, case.duty_id) if case.duty_id else None
    policy = call.office.policy
    return call.reply(
        "case_card", *_buttons(call, case, event), case=case, county=_county(call, case),
        kind=event.kind if event else "", finder=finder.name if call.names_people else finder.post, duty=duty,
        file_by=file_by(case, policy.unfiled_days), age=age(case, call.today),
        proofs=len(evidence.of_case(call.session, case)),
        is_late=is_unfiled_too_long(case, call.today, policy.unfiled_days), numbers=[case.number],
    )  # fmt: skip


def _buttons(call: Call, case: Case, event: Event | None) -> tuple[tuple[Button, ...], ...]:
    first = [call.button(N_("撤销"), f"/undo {event.id}")] if event else []
    if may_handle_case(call.person, call.gazetteer.get(case.region_id), call.today):
        if case.filed_on is None:
            first.append(call.button(N_("立案"), f"/filed {case.number}"))
        elif case.decided_on is None:
            first.append(call.button(N_("登记查处"), f"/decided {case.number}"))
    if case.duty_id is not None or not may_assign(call.person, call.today):
        return (tuple(first),)
    known = {
        "case": case.number, "county": _county(call, case), "text": case.what, "stream": "illegal_land",
        "area": say_area(case.area_mu) if case.area_mu else "",
        "farmland": say_area(case.farmland_mu) if case.farmland_mu else "",
    }  # fmt: skip
    return (tuple(first), (call.button(N_("下达整改"), command_for(known)),))


def _county(call: Call, case: Case) -> str:
    return call.gazetteer.get(case.region_id).name


def _find(call: Call, word: str) -> Case | None:
    """Return the case of that number if it may be spoken of here; case and width make no difference."""
    number = unicodedata.normalize("NFKC", word).strip().upper()
    case = cases.by_number(call.session, number)
    if case and call.may_read(call.gazetteer.get(case.region_id)):
        return case
    if _NUMBER.fullmatch(number):
        raise Refusal(Why.UNKNOWN_CASE, number=word)
    return None


def _case_meant(call: Call) -> tuple[Case, tuple[str, ...]]:
    """Return the case and the words behind its number; without a number, the case of the message replied to."""
    words = tuple(part for word in call.words for part in word.split())  # an answer comes as one word
    if words and (named := _find(call, words[0])):
        return named, words[1:]
    quoted = [case for number in call.quoted if (case := cases.by_number(call.session, number))]
    if len(quoted) == 1 and call.may_read(call.gazetteer.get(quoted[0].region_id)):
        return quoted[0], words
    raise Refusal(Why.UNKNOWN_CASE, number=words[0] if words else "", command=call.command)


def _check_may_handle(call: Call, case: Case) -> None:
    county = call.gazetteer.get(case.region_id)
    if not may_handle_case(call.known, county, call.today):
        raise Refusal(Why.NOT_YOURS_TO_FILE, home=county.name)


def _check_length(text: str, most: int) -> None:
    if len(text) > most:
        raise Refusal(Why.LONG_TEXT, most=most)


# --- days and months


def _read_day(call: Call, words: Sequence[str]) -> tuple[date | None, Sequence[str]]:
    """Take the day from the end or the beginning of the words; without a year it is the last such day."""
    for word, rest in ((words[-1], words[:-1]), (words[0], words[1:])) if words else ():
        if word in _DAYS_AGO:
            return call.today - timedelta(days=_DAYS_AGO[word]), rest
        if _SAYS_DAY.search(word) and (day := read_date(call, word, call.today)):
            return _most_recent(day, call.today) if not _YEAR.search(word) else day, rest
    return None, words


def _most_recent(day: date, today: date) -> date:
    """Return the same day of the year before where it is still to come: 11月10日 said on 18 November."""
    if day <= today:
        return day
    first = day.replace(day=1, year=day.year - 1)
    return first + timedelta(days=day.day - 1)


def _read_months(call: Call, word: str) -> Months | None:
    """Read 11月, 2026年11月, 2026-11, 本月, 上月; without a year it is the last such month."""
    if word in _MONTHS_AGO:
        first = call.today.replace(day=1)
        return _months((first - timedelta(days=1)) if _MONTHS_AGO[word] else first)
    said = _MONTH.fullmatch(word)
    if said is None:
        return None
    year, month = said["year"] or said["y"], int(said["month"] or said["m"])
    if not 1 <= month <= DECEMBER:
        raise Refusal(Why.BAD_DATE, word=word)
    is_past = month <= call.today.month
    return _months(date(int(year) if year else call.today.year - (not is_past), month, 1))


def _months(day: date) -> Months:
    first = day.replace(day=1)
    return Months(first=first, after=(first + timedelta(days=31)).replace(day=1))


# --- what is missing is asked for


def _ask(call: Call, known: dict[str, str], expects: str, trouble: Trouble | None = None) -> Reply:
    """Ask for the county, with buttons, or for what was found; the answer completes what was said."""
    known = {name: said for name, said in known.items() if name != expects}
    if sent := call.request.attachments:
        evidence.keep(call.session, call.act, sent, phase=Phase.BEFORE, album=call.request.album)
        known[DRAFT] = call.request.key
    remember_question(call, command_for(known, "found", ask=expects), WHAT if expects == TEXT else expects)
    choices = county_choices(Drafting(call), trouble.word if trouble else "") if expects == COUNTY else []
    buttons = [Button(label=label, command=command_for({**known, COUNTY: name}, "found")) for label, name in choices]
    rows = [tuple(buttons[start : start + CHOICES_A_ROW]) for start in range(0, len(buttons), CHOICES_A_ROW)]
    return call.reply(
        "case_question", *rows, expects=expects, trouble=trouble, case=None, is_group=call.request.is_group,
        replaces=True,
    )  # fmt: skip


def _ask_more(call: Call, case: Case, command: str, expects: str) -> Reply:
    """Ask for the number of the file, or for what was decided."""
    remember_question(call, command, expects)
    expects = FILE_NO if expects == FILE_NO else "decision"
    return call.reply(
        "case_question", expects=expects, trouble=None, case=case, is_group=call.request.is_group,
        numbers=[case.number],
    )  # fmt: skip
