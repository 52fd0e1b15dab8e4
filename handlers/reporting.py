"""/done, /progress, /undo: what counties report, and taking it back."""

from decimal import Decimal

from db.models import Duty
from db.queries import named_people
from db.queries import people as people_of
from handlers.asking import forget_question, remember_question
from handlers.cooperating import show_parts
from handlers.reading import read_report, read_total
from handlers.request import Call
from handlers.steps import keep_proofs
from rules.permission import standing
from rules.refusal import Refusal, Why
from services import cooperating, evidence, reporting
from services.agenda import open_duties_for
from services.steps import Taken
from text.reply import N_, Reply

MOST_CHOICES = 6
MOST_AMOUNTS = 2  # the area, and the farmland in it


def done(call: Call) -> Reply:
    """Report duties done, whole; with an area that is less than the whole, report progress instead."""
    said = read_report(call)
    duties = _chosen(call, said.duties, "done", several=bool(call.words))
    if len(duties) == 1 and duties[0].each_unit and not said.area_words and (waits := _part_of(call, duties[0])):
        return waits
    if not said.area_words:
        reports = [_report_done(call, duty, None) for duty in duties]
        return _answer(call, "reported", reports)
    if len(duties) > 1:
        choices = tuple((duty.number, f"/progress {duty.number}") for duty in duties[:MOST_CHOICES])
        raise Refusal(Why.ONE_AREA_ONE_DUTY, choices=choices)
    if len(said.area_words) > MOST_AMOUNTS:
        raise Refusal(Why.UNKNOWN_WORD, word=said.area_words[MOST_AMOUNTS])
    duty, (area, farmland) = duties[0], _totals(duties[0], said.area_words)
    if area < duty.area_mu or (farmland is not None and farmland < duty.farmland_mu):
        return _progress(call, duty, said.area_words)
    reporting.check_amounts(duty, area, farmland or Decimal(0), call.office.policy)
    return _answer(call, "reported", [_report_done(call, duty, area)])


def _part_of(call: Call, duty: Duty) -> Reply | None:
    """Note the part of the person's unit; None when all have finished and he may report the whole."""
    named = cooperating.parts(call.session, duty)
    unit = call.known.unit
    if unit == duty.lead_unit or unit not in (*named.done, *named.missing):
        reporting.check_may_report(call.session, call.act, duty, call.today)
    if unit in named.missing:
        keep_proofs(call, duty, "done")
        named = cooperating.finish_part(call.session, call.office, call.act, duty, unit)
    return show_parts(call, duty) if named.missing or not _reports(call, duty) else None


def _reports(call: Call, duty: Duty) -> bool:
    named = named_people(call.session, duty)
    return standing(call.known, duty, named, people_of(call.session), call.today) is not None


def _totals(duty: Duty, words: tuple[str, ...]) -> tuple[Decimal, Decimal | None]:
    """Read the area to date and, where it was said, the farmland in it."""
    area = read_total(words[0], duty.rectified_area_mu)
    return area, read_total(words[1], duty.rectified_farmland_mu) if len(words) > 1 else None


def progress(call: Call) -> Reply:
    """Report the totals to date of one duty."""
    said = read_report(call)
    duties = _chosen(call, said.duties, "progress", several=False)
    return _progress(call, duties[0], said.area_words)


def _progress(call: Call, duty: Duty, words: tuple[str, ...]) -> Reply:
    reporting.check_may_report(call.session, call.act, duty, call.today)
    reporting.check_reportable(duty)
    keep_proofs(call, duty, "progress")
    if not words:
        return _ask(call, f"/progress {duty.number}", "ask_area", duty)
    if len(words) > MOST_AMOUNTS:
        raise Refusal(Why.UNKNOWN_WORD, word=words[MOST_AMOUNTS])
    area, farmland = _totals(duty, words)
    reporting.check_amounts(duty, area, farmland or Decimal(0), call.office.policy)
    if farmland is None and duty.farmland_mu > 0 and area > 0:
        return _ask(call, f"/progress {duty.number} {area}", "ask_farmland", duty, area=area)
    report = reporting.report_progress(call.session, call.office, call.act, duty, area, farmland or Decimal(0))
    return _answer(call, "progressed", [report])


def _chosen(call: Call, duties: tuple[Duty, ...], command: str, *, several: bool) -> tuple[Duty, ...]:
    """Return the duties meant; several that nobody typed out are asked about, as are none."""
    if len(duties) == 1 or (several and duties):
        return duties
    mine = open_duties_for(call.session, call.known, call.today)
    own = duties or tuple(duty for duty in mine if call.may_see(duty))
    choices = [(duty.number, f"/{command} {duty.number}") for duty in own[:MOST_CHOICES]]
    if duties and command == "done":
        choices.append((call.speech.word(N_("全部完成")), "/done " + " ".join(duty.number for duty in duties)))
    raise Refusal(Why.WHICH_DUTY if own else Why.NO_NUMBER, choices=tuple(choices), command=command)


def _report_done(call: Call, duty: Duty, area: Decimal | None) -> Taken:
    reporting.check_may_report(call.session, call.act, duty, call.today)
    keep_proofs(call, duty, "done")
    return reporting.report_done(call.session, call.office, call.act, duty, area)


def _answer(call: Call, template: str, reports: list[Taken]) -> Reply:
    forget_question(call)
    rows = [(call.button(N_("撤销"), f"/undo {reports[0].event.id}"),)]
    duty = reports[0].duty
    if template == "progressed" and duty.rectified_area_mu >= duty.area_mu > 0:
        rows.insert(0, (call.button(N_("已全部整改，报完成"), f"/done {duty.number}"),))
    places = {report.duty.number: call.gazetteer.get(report.duty.region_id).name for report in reports}
    numbers = [report.duty.number for report in reports]
    proofs = {report.duty.number: evidence.count(call.session, report.duty) for report in reports}
    return call.reply(
        template, *rows, reports=reports, places=places, proofs=proofs, names_people=call.names_people,
        numbers=numbers,
    )  # fmt: skip


def _ask(call: Call, command: str, template: str, duty: Duty, **facts: object) -> Reply:
    """Ask for the missing amount."""
    remember_question(call, command)
    return call.reply(template, duty=duty, numbers=[duty.number], is_group=call.request.is_group, **facts)
