"""What a handler is given: a request as it came, and the same with who and where made known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlmodel import Session

from db.models import Chat, Duty, Person, Region
from db.queries import numbers_in_message
from rules.permission import covers
from rules.policy import Office
from rules.refusal import Refusal, Why
from services.chain import Act
from text.regions import Gazetteer
from text.reply import VISIBLE, Button, Reply, Speech

TERMINAL = "terminal"  # the platform of addresses like terminal:QL0003; whoever has the terminal has the database


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that came with a message: where the platform keeps it (``telegram:<file_id>``) and what it says of it.

    ``unique_id`` is its word for the same file sent again. The media type of a picture or film that was sent as a file
    ends in ``text.reply.AS_FILE``: only as such it can be sent on.
    """

    address: str
    name: str
    size: int
    media_type: str = ""
    unique_id: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it is to be looked at, a picture or a film."""
        return self.media_type.startswith(VISIBLE)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A line of text that somebody said somewhere; addresses have the platform in front (``telegram:17``).

    ``key`` is unique per message and names the act; ``addressed`` tells whether the bot was meant at all. An album is
    one request, with the words of the part that has some; what comes of it later is another one of the same ``album``.
    """

    key: str
    sender: str
    chat: str
    text: str
    now: datetime
    is_group: bool = False
    chat_title: str = ""
    replied_to: str | None = None
    pressed: bool = False
    addressed: bool = True
    attachments: tuple[Attachment, ...] = ()
    album: str = ""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request with its words read, who spoke and where, and what an answer needs."""

    request: Request
    session: Session
    office: Office
    speech: Speech
    gazetteer: Gazetteer
    person: Person | None = None
    group: Chat | None = None
    command: str = ""
    words: tuple[str, ...] = ()
    commands: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        """The office's date now."""
        return self.office.today(self.request.now)

    @property
    def known(self) -> Person:
        """The person who speaks; commands for persons only get here with one."""
        if self.person is None:
            raise Refusal(Why.PERSONS_ONLY)
        return self.person

    @property
    def act(self) -> Act:
        """What this request does, for the event chain."""
        return Act(key=self.request.key, at=self.request.now, person=self.person, said_in=self.request.chat)

    @cached_property
    def home(self) -> Region:
        """The region whose figures may be read here: the group's in a group, one's own in private."""
        region_id = self.group.region_id if self.group else self.known.region_id
        return self.gazetteer.get(region_id)

    def may_read(self, region: Region) -> bool:
        """Tell whether what is said here may be about the region."""
        return covers(self.home.id or 0, region)

    def may_see(self, duty: Duty) -> bool:
        """Tell whether what is said here may be about the duty; one that is offered to a county, it may look at."""
        offered_here = duty.transfer_to_id is not None and self.may_read(self.gazetteer.get(duty.transfer_to_id))
        return offered_here or self.may_read(self.gazetteer.get(duty.region_id))

    @cached_property
    def quoted(self) -> list[str]:
        """The duty numbers of the message that the request replies to, or whose button was pressed."""
        if self.request.replied_to is None:
            return []
        return numbers_in_message(self.session, self.request.chat, self.request.replied_to)

    @property
    def example_county(self) -> str:
        """A county that may be asked about here, for the examples in help and refusals."""
        readable = [c for c in self.gazetteer.counties if (self.group or self.person) and self.may_read(c)]
        return readable[0].name if readable else "XX县"

    @property
    def names_people(self) -> bool:
        """Whether personal names may be said here; in groups only units are named."""
        return not self.request.is_group

    def reply(self, template: str, *rows: tuple[Button, ...], **facts: Any) -> Reply:
        """Render an answer with rows of buttons; ``numbers`` and ``replaces`` go with the reply, not into the text."""
        numbers = tuple(facts.pop("numbers", ()))
        replaces = bool(facts.pop("replaces", False)) and self.request.pressed
        stays = bool(facts.pop("stays", False))
        html = self.speech.say(template, office=self.office, today=self.today, **facts)
        return Reply(
            html=html, buttons=tuple(row for row in rows if row), numbers=numbers, replaces=replaces, stays=stays
        )

    def button(self, msgid: str, command: str, **facts: Any) -> Button:
        """Make a button in the language of the answer."""
        return self.speech.button(msgid, command, **facts)
