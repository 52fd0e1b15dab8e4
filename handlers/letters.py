"""/drafts and /draft: the letters of the ladder that wait for the office; nothing is sent that nobody signed."""

from collections.abc import Callable, Mapping

from db.ladder import Letter, LetterState
from db.models import Level, Person
from handlers.asking import REASON, forget_question, remember_question
from handlers.dates import as_written, read_due
from handlers.paging import count_pages, on_page, page_among, turn_pages
from handlers.request import Call
from rules.permission import may_bind, may_sign, reads_letters
from rules.refusal import Refusal, Why
from services import letters
from services.identity import find_person
from services.letters import Content
from text.reply import N_, Button, Reply

PAGE_SIZE = 6
NAMES, DUE = "names", "due"  # what a question of ours expects, beside REASON
SIGNERS: Mapping[Level, str] = {Level.CITY_OFFICE: N_("督察办主任"), Level.CITY_LEADER: N_("市领导")}


def drafts(call: Call) -> Reply:
    """List the letters that wait."""
    _check_reader(call)
    waiting = letters.waiting_for(call.session, call.office, call.known, call.today)
    page = page_among(call.words)
    pages = count_pages(page, len(waiting), PAGE_SIZE, "/drafts")
    shown = [_content(call, one) for one in on_page(waiting, page, PAGE_SIZE)]
    buttons = [Button(label=f"{one.id} {one.region.name}", command=f"/draft {one.id}") for one in shown]
    return call.reply(
        "letters", *(tuple(buttons[start : start + 3]) for start in range(0, len(buttons), 3)),
        turn_pages(call, "/drafts", page, pages), letters=shown, count=len(waiting), page=page, pages=pages,
        replaces=True,
    )  # fmt: skip


def draft(call: Call) -> Reply:
    """Look at a letter, or decide: /draft ID [sign | to NAMES | by DATE | dismiss REASON | file]."""
    _check_reader(call)
    if not call.words:
        return drafts(call)
    letter = letters.find(call.session, call.words[0])
    if len(call.words) == 1:
        return _card(call, letter)
    deed = DEEDS.get(call.words[1].lower())
    if deed is None:
        raise Refusal(Why.UNKNOWN_WORD, word=call.words[1])
    if deed is not _sign and not may_bind(call.known, call.today):
        raise Refusal(Why.OFFICE_ONLY)
    return deed(call, letter)


def _check_reader(call: Call) -> None:
    if not reads_letters(call.known, call.today):
        raise Refusal(Why.OFFICE_ONLY)
    if call.request.is_group:  # what is not signed is nobody else's to read
        raise Refusal(Why.PRIVATE_ONLY)


def _card(call: Call, letter: Letter, *, replaces: bool = False) -> Reply:
    content = _content(call, letter)
    rows: list[tuple[Button, ...]] = []
    if letter.state == LetterState.WAITING:
        first = []
        if content.is_sent_out and may_sign(call.known, content.rung.signed_by, call.today):
            first.append(call.button(N_("签发"), f"/draft {letter.id} sign"))
        if may_bind(call.known, call.today):
            if not content.is_sent_out:
                first.append(call.button(N_("已阅归档"), f"/draft {letter.id} file"))
            first.append(call.button(N_("不发"), f"/draft {letter.id} dismiss"))
            if content.is_sent_out:
                change = call.button(N_("改收件人"), f"/draft {letter.id} to")
                rows.append((change, call.button(N_("改答复期限"), f"/draft {letter.id} by")))
        rows.insert(0, tuple(first))
    rows.append((call.button(N_("‹ 待签发"), "/drafts"),))
    return call.reply(
        "letter", *rows, letter=content, signer=SIGNERS.get(content.rung.signed_by, ""), replaces=replaces,
        numbers=[line.duty.number for line in content.shown],
    )  # fmt: skip


def _content(call: Call, letter: Letter) -> Content:
    return letters.content(call.session, call.office, letter, call.today)


def _sign(call: Call, letter: Letter) -> Reply:
    try:
        unreached = letters.sign(call.session, call.office, call.act, letter, call.today)
    except Refusal as refusal:
        if refusal.why == Why.SIGNER_ONLY:
            refusal.facts["post"] = SIGNERS.get(Level(refusal.facts["level"]), "")
        raise
    return _done(call, letter, unreached)


def _dismiss(call: Call, letter: Letter) -> Reply:
    why = as_written(call, call.words[2:])
    if not why:
        return _ask(call, letter, REASON, "dismiss")
    letters.dismiss(call.session, call.act, letter, why)
    return _done(call, letter)


def _file(call: Call, letter: Letter) -> Reply:
    letters.file(call.session, call.office, call.act, letter)
    return _done(call, letter)


def _readdress(call: Call, letter: Letter) -> Reply:
    names = " ".join(call.words[2:]).replace("、", " ").replace("，", " ").split()
    if not names:
        return _ask(call, letter, NAMES, "to")
    letters.readdress(call.session, call.act, letter, [_person(call, letter, name) for name in names], call.today)
    forget_question(call)
    return _card(call, letter)


def _person(call: Call, letter: Letter, name: str) -> Person:
    """Find somebody by name, first in the letter's county."""
    county = call.gazetteer.get(letter.region_id).name
    try:
        return find_person(call.session, f"{county} {name}")
    except Refusal:
        return find_person(call.session, name)


def _answer_by(call: Call, letter: Letter) -> Reply:
    words = " ".join(call.words[2:]).split()
    if not words:
        return _ask(call, letter, DUE, "by")
    day, _rest = read_due(call, words, call.today)
    if day is None or day <= call.today:
        raise Refusal(Why.BAD_DATE, word=" ".join(words))
    letters.set_answer_day(call.session, call.act, letter, day)
    forget_question(call)
    return _card(call, letter)


def _ask(call: Call, letter: Letter, expects: str, word: str) -> Reply:
    remember_question(call, f"/draft {letter.id} {word}", expects)
    return call.reply("letter_question", letter=letter, expects=expects)


def _done(call: Call, letter: Letter, unreached: list[Person] | None = None) -> Reply:
    forget_question(call)
    missing = unreached or []
    told = len({*letter.to_ids, *letter.copy_ids}) - len(missing)
    more = call.button(N_("‹ 待签发"), "/drafts")
    return call.reply(
        "letter_done", (more,), letter=_content(call, letter), told=told, unreached=missing, replaces=True
    )  # fmt: skip


DEEDS: Mapping[str, Callable[[Call, Letter], Reply]] = {
    **dict.fromkeys(("sign", "签发", "同意"), _sign),
    **dict.fromkeys(("dismiss", "不发", "退回"), _dismiss),
    **dict.fromkeys(("file", "归档", "已阅"), _file),
    **dict.fromkeys(("to", "发给", "收件人"), _readdress),
    **dict.fromkeys(("by", "期限", "答复期限"), _answer_by),
}
