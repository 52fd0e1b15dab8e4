"""A small stage for dialogues: a fixed cast in fixed places, who speak with the bot as people do.

A line is (who, where, says, what the answer must show ...). ``says`` may start with a mark:
``↪`` replies to the bot's last answer there, ``⏎`` presses the last answer's button whose command begins so.
What must be shown is a piece of the answer's text; ``!`` before it: it must not be there; ``[/cmd``: a button that
begins so; ``![/cmd``: no such button; ``…`` alone: the bot stays silent.
"""

import html
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import col, select

from db.models import Duty, Event, Outbox, OutboxKind, OutboxState, SentMessage
from db.queries import duty_by_number, people, regions
from db.store import Store
from handlers.answer import answer
from handlers.request import Attachment, Request
from rehearsal.cast import account_of, group_of
from rules.policy import Office
from scheduler.notices import render
from tests.conftest import NOW
from text.reply import Reply

CAST = {
    "马景民": "QL0014",  # 澜东区, responsible for inspection
    "王志远": "QL0015",  # 澜东区, responsible for illegal land; 马景民's delegate
    "严宏敏": "QL0018",  # 澜东区, responsible for intensive use; nobody's delegate
    "李明波": "QL0011",  # 澜东区, deputy: inspection, illegal land, intensive use
    "窦思康": "QL0012",  # 澜东区, deputy: farmland
    "凤新": "QL0010",  # 澜东区, principal
    "戚启": "QL0068",  # 沙栗县, responsible for inspection
    "卫伟斌": "QL0065",  # 沙栗县, deputy
    "苏启健": "QL0072",  # 沙栗县, left on 2026-10-15
    "贺启宁": "QL9001",  # 沙栗县, holds the post since
    "张立军": "QL0088",  # 枫塘县, on leave
    "赵伟生": "QL0086",  # 枫塘县, 张立军's delegate
    "葛正超": "QL0004",  # city, reviewer of inspection
    "苗宏宁": "QL0009",  # city, operator
    "姜启林": "QL0003",  # city, office head
    "任景斌": "QL0001",  # city, leader
}
STRANGER = "路人"
PLACES = ("市群", "澜东群", "沙栗群", "新群")  # 新群: nobody has bound it yet
GROUP_OF = {"市群": "青澜市", "澜东群": "澜东区", "沙栗群": "沙栗县"}
NUMBER = re.compile(r"(?:DC|WF|GD|KS|JY)-2026-\d{3}")
FIGURE = re.compile(r"\d+(?:\.\d+)?\s*(?:%|亩|件| mu\b)")
MAX_TEXT = 4096


@dataclass
class Said:
    """What the bot answered, and as which message."""

    reply: Reply
    message_id: str
    where: str

    @property
    def html(self) -> str:
        return self.reply.html

    @property
    def text(self) -> str:
        return html.unescape(re.sub(r"<[^>]+>", "", self.reply.html))

    @property
    def lines(self) -> list[str]:
        return [line for line in self.text.splitlines() if line.strip()]

    @property
    def commands(self) -> list[str]:
        return [button.command for row in self.reply.buttons for button in row]

    @property
    def everything(self) -> str:
        """All that a reader may learn from it: words, buttons, and what they do."""
        labels = [button.label for row in self.reply.buttons for button in row]
        return "\n".join([self.text, *labels, *self.commands, *self.reply.numbers])

    def button(self, begins: str) -> str:
        found = [command for command in self.commands if command.startswith(begins)]
        assert found, f"no button {begins} among {self.commands}"
        return found[0]


@dataclass
class Town:
    """The sample city with everybody in it, at a time that a test sets."""

    store: Store
    office: Office
    now: datetime = NOW
    last: dict[str, Said] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        with self.store.reading() as session:
            everyone = {person.official_id: person for person in people(session)}
            self.names = sorted({person.name for person in everyone.values()})
            self._account = {name: f"telegram:{account_of(everyone[key])}" for name, key in CAST.items()}
            self._group = {region.name: f"telegram:{group_of(region)}" for region in regions(session)}
            self.counties = [region.name for region in regions(session) if region.parent_id is not None]

    def account(self, who: str) -> str:
        return self._account.get(who, f"telegram:{900_000 + len(who)}")

    def chat(self, who: str, where: str) -> str:
        if where in GROUP_OF:
            return self._group[GROUP_OF[where]]
        return {"新群": "telegram:-777", "私聊": self.account(who)}[where]

    def say(
        self, who: str, says: str, where: str = "私聊", *, replied_to: str | None = None, pressed: bool = False,
        addressed: bool = True, chat: str | None = None, shows: tuple[Attachment, ...] = (), album: str = "",
    ) -> Said | None:  # fmt: skip
        """Say something; the answer is sent, as the program would, as a message about its duties."""
        self._count += 1
        chat = chat or self.chat(who, where)
        request = Request(
            key=f"test:{self._count}", sender=self.account(who), chat=chat, text=says, now=self.now,
            is_group=where != "私聊", chat_title=where, replied_to=replied_to, pressed=pressed, addressed=addressed,
            attachments=shows, album=album,
        )  # fmt: skip
        with self.store.writing() as session:
            reply = answer(request, session, self.office)
        if reply is None:
            return None
        assert 0 < len(reply.html) <= MAX_TEXT
        assert Reply.from_json(reply.as_json()) == reply
        said = Said(reply, self.sent(chat, reply.numbers), where)
        self.last[chat] = said
        return said

    def told(self, who: str, says: str, where: str = "私聊", **how: object) -> Said:
        """Say something that must be answered."""
        said = self.say(who, says, where, **how)  # type: ignore[arg-type]
        assert said is not None, f"silence on {says!r}"
        return said

    def press(self, who: str, said: Said, begins: str, where: str | None = None) -> Said:
        return self.told(
            who, said.button(begins), where or said.where, replied_to=said.message_id, pressed=True
        )  # fmt: skip

    def sent(self, chat: str, numbers: tuple[str, ...] | list[str]) -> str:
        """Let the bot have sent a message; what it was about is remembered, if it was about duties; return its id."""
        self._count += 1
        message_id = str(1000 + self._count)
        if not numbers:
            return message_id
        with self.store.writing() as session:
            session.add(SentMessage(chat=chat, message_id=message_id, numbers=list(numbers), sent_at=self.now))
        return message_id

    def notice(self, who: str) -> str:
        """Let the notices of acts that wait for somebody go out; return what they say, with their buttons."""
        with self.store.writing() as session:
            waiting = (Outbox.kind == OutboxKind.ACT, Outbox.state == OutboxState.WAITING)
            rows = session.exec(select(Outbox).where(Outbox.chat == self.account(who), *waiting)).all()
            said = [render(session, row, self.office, self.now) for row in rows]
            for row in rows:
                row.state = OutboxState.SENT
            replies = [reply for reply in said if reply is not None]
        for reply in replies:
            self.last[self.account(who)] = Said(reply, self.sent(self.account(who), reply.numbers), "私聊")
        return "\n".join(self.last[self.account(who)].everything for _reply in replies)

    def reminded(self, who: str, *numbers: str, where: str = "私聊") -> str:
        """Let the bot have reminded somebody of some duties."""
        return self.sent(self.chat(who, where), numbers)

    def duty(self, number: str) -> Duty:
        with self.store.reading() as session:
            found = duty_by_number(session, number)
        assert found is not None
        return found

    def edit(self, sql: str, *values: object) -> None:
        """Change a row behind the bot's back."""
        with self.store.writing() as session:
            session.connection().exec_driver_sql(sql, values)

    def events(self) -> list[Event]:
        with self.store.reading() as session:
            return list(session.exec(select(Event).order_by(col(Event.id))))

    def play(self, lines: list[tuple[str, ...]]) -> None:
        """Play a dialogue, checking each answer."""
        for who, where, says, *shown in lines:
            self._check(self._line(who, where, says), says, shown)

    def _line(self, who: str, where: str, says: str) -> Said | None:
        last = self.last.get(self.chat(who, where))
        if says.startswith("⏎"):
            assert last is not None
            return self.press(who, last, says[1:], where)
        if says.startswith("↪"):
            assert last is not None
            return self.say(who, says[1:], where, replied_to=last.message_id)
        return self.say(who, says, where)

    def _check(self, said: Said | None, says: str, shown: list[str]) -> None:
        if shown == ["…"]:
            assert said is None, f"{says!r} was answered: {said.text if said else ''}"
            return
        assert said is not None, f"silence on {says!r}"
        for piece in shown:
            wanted, bare = not piece.startswith("!"), piece.removeprefix("!")
            if bare.startswith("["):
                there = any(command.startswith(bare[1:]) for command in said.commands)
            else:
                there = bare in said.text
            assert there == wanted, f"{says!r}: {piece!r} in\n{said.everything}"

    def contents(self) -> "Contents":
        """Every row of every table but the record of sent messages."""
        path = Path(str(self.store.engine.url.database))
        log = path.with_name(f"{path.name}-wal")
        return Contents(path.read_bytes(), log.read_bytes() if log.exists() else b"")

    def changed_tables(self, before: "Contents") -> set[str]:
        now = self.contents()
        if (now.database, now.log) == (before.database, before.log):
            return set()  # not a byte was written: by far the most cases
        return {table for table in now if now[table] != before[table]}


@dataclass(frozen=True)
class Contents(Mapping[str, list[tuple[object, ...]]]):
    """What a database held at a moment: its bytes, and its rows by table once somebody asks for them."""

    database: bytes
    log: bytes

    @cached_property
    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "then.db"
            path.write_bytes(self.database)
            path.with_name("then.db-wal").write_bytes(self.log)
            with closing(sqlite3.connect(path)) as connection:
                tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                return {
                    table: connection.execute(f'SELECT * FROM "{table}" ORDER BY 1').fetchall()
                    for table in tables
                    if table != "sentmessage"
                }

    def __getitem__(self, table: str) -> list[tuple[object, ...]]:
        return self.rows[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def photos(*names: str) -> tuple[Attachment, ...]:
    """Pictures as they come with a message."""
    return tuple(
        Attachment(address=f"telegram:{name}", name="photo.jpg", size=9, media_type="image/jpeg", unique_id=f"u-{name}")
        for name in names
    )


def tells_nothing(town: Town, said: Said | None) -> None:
    """Assert that an answer betrays no duty, no figure, no county and no name."""
    if said is None:
        return
    everything = said.everything
    assert not NUMBER.search(everything), everything
    assert not FIGURE.search(everything), everything
    assert not [county for county in town.counties if county in everything], everything
    names_nobody(town, said)


def names_nobody(town: Town, said: Said) -> None:
    assert not [name for name in town.names if name in said.everything], said.everything


def refused(town: Town, before: Contents, said: Said) -> None:
    """Assert that nothing was written, and that one line says so."""
    assert town.changed_tables(before) == set()
    assert len(said.lines) == 1, said.text
    assert len(said.text) < 200, said.text
