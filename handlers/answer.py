"""One function answers a line of text for every caller, and alone turns a Refusal into words."""

from contextlib import nullcontext
from dataclasses import replace

from sqlmodel import Session, select

from db.models import Event, Person
from db.queries import chat_at, open_question, person_at, region_rows
from handlers.commands import BY_NAME, NAMES, Audience, Command
from handlers.numbers import find_duty
from handlers.reading import is_amount
from handlers.request import TERMINAL, Call, Request
from handlers.sentences import read_sentence
from rules.officials import in_post
from rules.permission import may_bind
from rules.policy import Office
from rules.refusal import Refusal, Why
from rules.steps import BY_NAME as STEPS_BY_NAME
from services import evidence
from text.grammar import Spoken, Vocabulary, read_command, split
from text.regions import gazetteer
from text.reply import Button, Reply, speech
from text.step_words import BUTTON, DONE_SAID

CHOICES_A_ROW = 2
TABLE_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")  # a picture with words is what the words say
# a county's name alone may be the answer to a question; whatever else says a command remains one
COMMANDS_ALONE = Vocabulary(commands=NAMES, is_region=lambda _word: False)
WELL_SAID = (Why.BAD_AREA, Why.UNKNOWN_WORD)  # says better what was wrong than a guess at the sentence would
PROOF = Spoken(command="evidence")
FREE_WORDS = frozenset({"reason", "text"})
MISREAD = (Why.WHICH_DUTY, Why.UNKNOWN_REGION, Why.UNKNOWN_NUMBER, Why.UNKNOWN_WORD, Why.BAD_AREA, Why.BAD_DAYS)


def answer(request: Request, session: Session, office: Office) -> Reply | None:
    """Answer a request inside the caller's transaction; None where silence is the right answer."""
    call = _resolve(request, session, office)
    try:
        spoken = _read(call)
        return _carry_out(call, spoken) if spoken else None
    except Refusal as refusal:
        if refusal.why == Why.COURTESY and request.is_group:
            return None  # thanks among people
        return _refused(call, _or_why_not(call, refusal))


def _or_why_not(call: Call, refusal: Refusal) -> Refusal:
    """Offer nothing that would be refused when it is pressed: say at once why."""
    if refusal.why != Why.DID_YOU_MEAN:
        return refusal
    name, *words = refusal.choices[0][1].removeprefix("/").split()
    if not BY_NAME[name].writes:
        return refusal
    attempt = call.session.begin_nested()
    try:
        _do(call, Spoken(command=name, words=tuple(words)))
    except Refusal as trouble:
        return refusal if trouble.choices else trouble
    finally:
        attempt.rollback()
    return refusal


def _carry_out(call: Call, spoken: Spoken) -> Reply:
    """Do what is meant; words that a command cannot read may be a sentence that begins like one: 情况不太好."""
    try:
        reply = _do(call, spoken)
    except Refusal as refusal:
        is_typed = call.request.text.startswith("/") or call.request.pressed
        if is_typed or refusal.why not in MISREAD:
            raise
        meant = _meant_instead(call, spoken, refusal)
        return _do(call, meant)
    if not spoken.guessed:
        return reply
    return replace(reply, html=call.speech.say("guessed", region=spoken.guessed) + "\n" + reply.html)


def _meant_instead(call: Call, spoken: Spoken, refusal: Refusal) -> Spoken:
    """Read the line as a sentence; where that explains less, the refusal stands."""
    try:
        meant = read_sentence(call)
    except Refusal as asked:
        raise asked if asked.facts.get("explained", True) or refusal.why not in WELL_SAID else refusal from None
    says_more = meant is not None and not (refusal.why in WELL_SAID and meant.command == "duty")
    must_explain = refusal.choices or refusal.why in WELL_SAID
    if meant and says_more and meant != spoken and (meant.explained or not must_explain):
        return meant
    raise Refusal(Why.NOT_UNDERSTOOD) if spoken.loose and not refusal.choices else refusal from None


def _do(call: Call, spoken: Spoken) -> Reply:
    command = BY_NAME.get(spoken.command)
    if command is None or not spoken.known:
        raise Refusal(Why.UNKNOWN_COMMAND, word=spoken.command)
    _check(call, command)
    # what a refused command had begun to write is taken back, and the refusal still goes out
    with call.session.begin_nested() if command.writes else nullcontext():
        return command.handler(replace(call, command=command.name, words=spoken.words))


def _resolve(request: Request, session: Session, office: Office) -> Call:
    person, language = _who(request, session, office)
    group = chat_at(session, request.chat) if request.is_group else None
    if request.is_group:
        language = group.language if group else None
    return Call(
        request=request, session=session, office=office, speech=speech(language or office.language),
        gazetteer=gazetteer(region_rows(session)), person=person, group=group, commands=BY_NAME,
    )  # fmt: skip


def _who(request: Request, session: Session, office: Office) -> tuple[Person | None, str | None]:
    """Return who speaks, and his language; who is no longer in post is as unknown as a stranger."""
    platform, _, official_id = request.sender.partition(":")
    if platform == TERMINAL:
        person, language = session.exec(select(Person).where(Person.official_id == official_id)).first(), None
    else:
        person, language = person_at(session, request.sender) or (None, None)
    return person if person and in_post(person, office.today(request.now)) else None, language


def _read(call: Call) -> Spoken | None:
    """Find out what is meant: what was asked for is heard first; None: talk among people."""
    if _only_shows(call):
        return _shown(call)
    try:
        spoken = _told(call) or _said(call)
    except Refusal as refusal:
        if refusal.why != Why.NOT_UNDERSTOOD or not call.request.attachments or call.person is None:
            raise
        return PROOF  # 这是整改后的照片
    # a number beneath a picture says of which duty it is the proof
    return PROOF if spoken and spoken.command == "duty" and call.request.attachments else spoken


def _only_shows(call: Call) -> bool:
    """Whether somebody shows something to look at, or another proof, and says nothing."""
    sent = call.request.attachments
    to_import = may_bind(call.person, call.today) or any(one.name.lower().endswith(TABLE_ENDINGS) for one in sent)
    return bool(sent) and not call.request.text.strip() and (all(one.is_picture for one in sent) or not to_import)


def _shown(call: Call) -> Spoken | None:
    """Take what is shown for a proof; what comes late of an album goes where the rest of it went, without a word."""
    if call.person is None:
        if call.request.is_group:
            return None
        raise Refusal(Why.STRANGER)
    return None if evidence.follow_album(call.session, call.act, call.request) else PROOF


def _said(call: Call) -> Spoken | None:
    """Read a command, the answer to a question of ours, a duty's number."""
    request = call.request
    vocabulary = Vocabulary(commands=NAMES, is_region=lambda word: call.gazetteer.exact(word) is not None)
    spoken = read_command(request.text, vocabulary)
    if spoken is not None and request.text.startswith("/"):
        return spoken if spoken.known or request.addressed else None  # another bot's command
    if not request.addressed:
        return None
    if spoken is not None and spoken.loose and BY_NAME[spoken.command].free_words:
        _offer(call, spoken)
        spoken = None
    if spoken is not None:
        asked = read_sentence(call) if spoken.asks and call.person else None
        return asked or _alias_in(spoken)
    if call.person is None and not request.is_group:
        raise Refusal(Why.STRANGER)
    if call.person is None:
        return None
    if meant := _about_a_duty(call) or read_sentence(call):
        return meant
    if request.is_group and request.replied_to:
        return None  # people talk under our messages too
    raise Refusal(Why.NOT_UNDERSTOOD)


def _offer(call: Call, spoken: Spoken) -> None:
    """Offer a command that takes any words where they only run into its name: 发现3亩耕地上建房 may be talk."""
    command = BY_NAME[spoken.command]
    said = call.request.text.strip()
    if call.person is None or spoken.asks or not said.startswith(command.aliases):
        return
    line = " ".join((f"/{command.name}", *spoken.words))
    raise Refusal(
        Why.DID_YOU_MEAN, choices=((call.speech.word(command.summary), line),), writes=True, explained=True
    )  # fmt: skip


def _about_a_duty(call: Call) -> Spoken | None:
    """Read a duty's number alone, the answer to a question of ours, an amount in reply to a reminder."""
    text = call.request.text
    if find_duty(call, text):
        asked_whose = evidence.homeless(call.session, call.act, call.office.policy.question_minutes)
        return Spoken(command="evidence" if asked_whose else "duty", words=(text.strip(),))
    if completed := _completed(call):
        return completed
    words = split(text)
    if call.quoted and words and all(is_amount(word) for word in words):
        return Spoken(command="progress", words=words)
    return None


def _alias_in(spoken: Spoken) -> Spoken:
    """Take a command by its alias; 完成了吗 asks, it does not report."""
    if spoken.asks and BY_NAME[spoken.command].writes:
        return Spoken(command="duty", words=spoken.words, loose=True)
    return spoken


def _told(call: Call) -> Spoken | None:
    """Take a file for an import, and any words for the answer to a question that asks for words."""
    text = call.request.text.strip()
    if any(
        (not text and not one.is_picture) or one.name.lower().endswith(TABLE_ENDINGS)
        for one in call.request.attachments
    ):
        # who reports with a table attached reports; the table is for the office to import
        imports = not text or (may_bind(call.person, call.today) and not _says_command(text))
        return Spoken(command="import") if imports else None
    if call.person is None or call.person.id is None or not text or text.startswith("/"):
        return None
    question = open_question(call.session, call.request.chat, call.person.id, call.request.now)
    # a reason may end in 完成 and is still one
    if (
        question is None
        or not question.expects
        or (question.expects not in FREE_WORDS and _says_command(text))
        or _means_something_else(call, text, question.expects)
    ):
        return None
    name, *begun = question.command.removeprefix("/").split()
    return Spoken(command=name, words=(*begun, text))


def _says_command(text: str) -> bool:
    return read_command(text, COMMANDS_ALONE) is not None


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
    facts = refusal.facts | _about_step(call, refusal)
    html = call.speech.say(
        "refusals", why=refusal.why.value, has_choices=bool(buttons), county=call.example_county, **facts
    )
    numbers = (str(facts["number"]),) if refusal.why == Why.NO_EVIDENCE else ()  # a photo in reply is its proof
    return Reply(html=html, buttons=rows, numbers=numbers)


def _about_step(call: Call, refusal: Refusal) -> dict[str, object]:
    """Put a refused step, the last one that was taken, and the form that works, into words."""
    facts: dict[str, object] = {}
    if name := refusal.facts.get("step"):
        step = STEPS_BY_NAME[name]
        facts |= {"step_word": BUTTON[name], "how": BY_NAME[step.command or name].example}
    if command := refusal.facts.get("command"):
        facts["how"] = BY_NAME[command].example
    if "last" in refusal.facts:
        facts["last"] = _last(call, refusal.facts["last"])
    return facts


def _last(call: Call, last: tuple[Event, Person | None] | None) -> dict[str, object] | None:
    if last is None:
        return None
    event, person = last
    name = person.name if person and call.names_people else ""
    return {"at": call.office.local(event.at), "said": DONE_SAID[event.kind], "name": name}
