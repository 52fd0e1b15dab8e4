"""One function answers a line of text for every caller, and alone turns a Refusal into words."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace

from sqlmodel import Session, select

from db.models import Account, Person
from db.queries import account_and_person, chat_at, open_question, region_rows
from handlers.commands import BY_NAME, NAMES, Audience, Command
from handlers.reading import find_duty, is_amount
from handlers.request import TERMINAL, Call, Request
from rules.officials import in_post
from rules.permission import may_bind
from rules.policy import Office
from rules.refusal import Refusal, Why
from text.grammar import Spoken, Vocabulary, read_command, split
from text.regions import gazetteer
from text.reply import Button, Reply, speech

CHOICES_A_ROW = 2
TABLE_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")  # a picture with words is what the words say
# a county's name alone may be the answer to a question; whatever else says a command remains one
COMMANDS_ALONE = Vocabulary(commands=NAMES, is_region=lambda _word: False)
MISREAD = (Why.UNKNOWN_REGION, Why.UNKNOWN_NUMBER, Why.UNKNOWN_WORD)


def answer(request: Request, session: Session, office: Office) -> Reply | None:
    """Answer a request inside the caller's transaction; None where silence is the right answer."""
    call = _resolve(request, session, office)
    spoken: Spoken | None = None
    try:
        spoken = _read(call)
        if spoken is None:
            return None
        command = BY_NAME.get(spoken.command)
        if command is None or not spoken.known:
            raise Refusal(Why.UNKNOWN_COMMAND, word=spoken.command)
        _check(call, command)
        # what a refused command had begun to write is taken back, and the refusal still goes out
        with session.begin_nested() if command.writes else nullcontext():
            return command.handler(replace(call, command=command.name, words=spoken.words))
    except Refusal as refusal:
        # talk that only begins like a command: 情况不太好
        is_talk = spoken is not None and spoken.glued and refusal.why in MISREAD and not refusal.choices
        return _refused(call, Refusal(Why.NOT_UNDERSTOOD) if is_talk else refusal)


def _resolve(request: Request, session: Session, office: Office) -> Call:
    account, person = _who(request, session, office)
    group = chat_at(session, request.chat) if request.is_group else None
    place = group if request.is_group else account
    language = (place.language if place else None) or office.language
    return Call(
        request=request, session=session, office=office, speech=speech(language),
        gazetteer=gazetteer(region_rows(session)), person=person, group=group, commands=BY_NAME,
    )  # fmt: skip


def _who(request: Request, session: Session, office: Office) -> tuple[Account | None, Person | None]:
    """Return whose account it is; who is no longer in post is as unknown as a stranger."""
    platform, _, official_id = request.sender.partition(":")
    account: Account | None = None
    if platform == TERMINAL:
        person = session.exec(select(Person).where(Person.official_id == official_id)).first()
    else:
        account, person = account_and_person(session, request.sender) or (None, None)
    return account, person if person and in_post(person, office.today(request.now)) else None


def _read(call: Call) -> Spoken | None:
    """Find out what is meant: what was asked for is heard first; None: talk among people."""
    return _told(call) or _said(call)


def _said(call: Call) -> Spoken | None:
    """Read a command, the answer to a question of ours, a duty's number."""
    request = call.request
    vocabulary = Vocabulary(commands=NAMES, is_region=lambda word: call.gazetteer.exact(word) is not None)
    spoken = read_command(request.text, vocabulary)
    if spoken is not None and not spoken.known and not request.addressed:
        return None  # another bot's command
    if spoken is not None and (request.text.startswith("/") or request.addressed):
        if spoken.asks and BY_NAME[spoken.command].writes:
            return Spoken(command="duty", words=spoken.words, glued=True)  # "完成了吗？" asks; it does not report
        return spoken
    if not request.addressed:
        return None
    if call.person is not None and find_duty(call, request.text):
        return Spoken(command="duty", words=(request.text.strip(),))
    if completed := _completed(call):
        return completed
    if call.person is None:
        if request.is_group:
            return None
        raise Refusal(Why.STRANGER)
    words = split(request.text)
    if call.quoted and words and all(is_amount(word) for word in words):
        return Spoken(command="progress", words=words)  # an amount in reply to a reminder
    raise Refusal(Why.NOT_UNDERSTOOD, example=call.quoted[0] if call.quoted else None)


def _told(call: Call) -> Spoken | None:
    """Take a file for an import, and any words for the answer to a question that asks for words."""
    text = call.request.text.strip()
    says_command = read_command(text, COMMANDS_ALONE) is not None
    if any(not text or one.name.lower().endswith(TABLE_ENDINGS) for one in call.request.attachments):
        # who reports with a table attached reports; the table is for the office to import
        return (
            Spoken(command="import") if not text or (may_bind(call.person, call.today) and not says_command) else None
        )
    if call.person is None or call.person.id is None or not text or says_command:
        return None
    question = open_question(call.session, call.request.chat, call.person.id, call.request.now)
    if question is None or not question.expects or _means_something_else(call, text, question.expects):
        return None
    name, *begun = question.command.removeprefix("/").split()
    return Spoken(command=name, words=(*begun, text))


def _means_something_else(call: Call, text: str, expected: str) -> bool:
    """Whether words are a county or a duty that somebody asks about, and not the answer to a question."""
    if expected != "county" and call.gazetteer.exact(text) is not None:
        return True
    return expected != "duty_id" and bool(find_duty(call, text))


def _completed(call: Call) -> Spoken | None:
    """Put what was said behind the command that a question of ours left open."""
    if call.person is None or call.person.id is None:
        return None
    words = split(call.request.text)
    question = open_question(call.session, call.request.chat, call.person.id, call.request.now)
    # one word like 5o is a slip, and told so; a sentence is about something else
    is_slip = len(words) == 1 and any(character.isascii() and character.isalnum() for character in words[0])
    if question is None or question.expects or not words or not (is_slip or all(is_amount(word) for word in words)):
        return None
    name, *begun = question.command.removeprefix("/").split()
    return Spoken(command=name, words=(*begun, *words))


def _check(call: Call, command: Command) -> None:
    """Refuse a command that is not for whoever speaks, or not for here."""
    if call.request.is_group and call.group is None and command.audience != Audience.OFFICE:
        raise Refusal(Why.GROUP_NOT_BOUND)
    if command.audience == Audience.OFFICE and not may_bind(call.person, call.today):
        raise Refusal(Why.OFFICE_ONLY, command=command.name) if call.person else Refusal(Why.STRANGER)
    if command.audience in (Audience.PERSONS, Audience.REPORTERS) and call.person is None:
        raise Refusal(Why.PERSONS_ONLY if call.request.is_group else Why.STRANGER)
    if command.audience != Audience.ANYONE and call.person is None and not call.request.is_group:
        raise Refusal(Why.STRANGER)


def _refused(call: Call, refusal: Refusal) -> Reply:
    buttons = [Button(label=label, command=command) for label, command in refusal.choices]
    rows = tuple(tuple(buttons[i : i + CHOICES_A_ROW]) for i in range(0, len(buttons), CHOICES_A_ROW))
    facts: Mapping[str, object] = refusal.facts
    html = call.speech.say(
        "refusals", why=refusal.why.value, has_choices=bool(buttons), county=call.example_county, **facts
    )
    return Reply(html=html, buttons=rows)
