"""What is said about a file that was sent: answers that do not settle, words that mean something else, who did it."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from db.files import CellAnswer, StoredFile, Upload, UploadState
from db.models import Duty, Event, Person
from db.queries import duty_by_number
from db.store import Store
from handlers.answer import answer
from handlers.request import Attachment, Request
from handlers.upload_work import work_on
from rules.policy import Office
from services import identity
from services.chain import Act
from tests.conftest import NOW, person_named
from text.reply import AS_FILE, Reply

HEAD = "编号,县(市、区),工作类别,面积(亩),耕地面积,已整改面积,已整改耕地面积,整改时限,具体责任人,整改状态"
ROW = "X-1,澜东区,督察,10,4,2,1,2026-12-20,马景民,整改中"
OPERATOR, HEAD_OF_OFFICE, OFFICER = "QL0009", "QL0003", "QL0014"


@dataclass
class Table:
    """One office at a table: files are sent, worked on at once, and talked about."""

    store: Store
    office: Office
    said: list[Reply] = field(default_factory=list)
    count: int = 0

    def says(self, who: str, text: str, file: str | None = None, caption: str = "") -> Reply:
        self.count += 1
        attached = (Attachment(address="telegram:1", name="台账.csv", size=1),) if file is not None else ()
        request = Request(
            key=f"t:{self.count}", sender=f"telegram:{who}", chat=f"telegram:{who}", text=caption or text,
            now=NOW + timedelta(seconds=self.count), attachments=attached,
        )  # fmt: skip
        with self.store.writing() as session:
            reply = answer(request, session, self.office)
            if file is not None and (upload := newest(session)) is not None and upload.file_id is None:
                stored = StoredFile(name=upload.name, content=file.encode(), created_at=NOW)
                session.add(stored)
                session.flush()
                upload.file_id = stored.id
        assert reply is not None
        return reply

    def shows(self, who: str, *files: Attachment, text: str = "") -> Reply | None:
        """Send an album."""
        self.count += 1
        request = Request(
            key=f"t:{self.count}", sender=f"telegram:{who}", chat=f"telegram:{who}", text=text, now=NOW,
            attachments=files, album="a",
        )  # fmt: skip
        with self.store.writing() as session:
            return answer(request, session, self.office)

    def works(self) -> Reply | None:
        """Do what the program does beside the chat; return what it says."""
        before = len(self.said)
        with self.store.reading() as session:
            upload = newest(session)
        assert upload is not None
        assert upload.id is not None
        if upload.state in (UploadState.SENT, UploadState.CONFIRMED):
            work_on(self.store, self.office, upload.id, NOW, lambda _session, _upload, reply: self.said.append(reply))
        return self.said[-1] if len(self.said) > before else None

    def sends(self, *rows: str, head: str = HEAD) -> Reply:
        self.says(OPERATOR, "", "\n".join([head, *rows]))
        told = self.works()
        assert told is not None
        return told

    def presses(self, reply: Reply, label: str, who: str = OPERATOR) -> Reply:
        command = next(b.command for row in reply.buttons for b in row if b.label.startswith(label))
        return self.says(who, command)

    def writes(self, told: Reply) -> Reply | None:
        self.presses(told, "确认写入")
        return self.works()

    def duty(self, number: str = "X-1") -> Duty | None:
        with self.store.reading() as session:
            return duty_by_number(session, number)


def newest(session: Session) -> Upload | None:
    return session.exec(select(Upload).order_by(col(Upload.id).desc()).limit(1)).first()


@pytest.fixture
def at_table(new_store: Store, office: Office) -> Table:
    with new_store.writing() as session:
        for person in session.exec(select(Person)).all():
            identity.link(session, Act(key="in", at=NOW), person, f"telegram:{person.official_id}")
    return Table(new_store, office)


PHOTO = Attachment(address="telegram:p", name="photo.jpg", size=1, media_type="image/jpeg")
ORIGINAL = Attachment(address="telegram:o", name="原图.png", size=1, media_type=f"image/png{AS_FILE}")
FILM = Attachment(address="telegram:v", name="video.mp4", size=1, media_type="video/mp4")


@pytest.mark.parametrize("who", [OPERATOR, OFFICER])
def test_pictures_without_a_word_are_no_ledger(at_table: Table, who: str) -> None:
    said = at_table.shows(who, PHOTO, ORIGINAL, FILM, text=" ")
    assert said is not None
    assert "佐证" in said.html
    assert at_table.shows(who, PHOTO, text=" ") is None  # a late part of the same album goes without a word


def test_several_ledgers_sent_at_once_are_each_read(at_table: Table) -> None:
    files = [Attachment(address=f"telegram:{name}", name=name, size=1) for name in ("台账.csv", "责任人.csv")]
    told = at_table.shows(OPERATOR, PHOTO, *files)
    assert told is not None
    assert "台账.csv、责任人.csv" in told.html
    with at_table.store.reading() as session:
        uploads = session.exec(select(Upload)).all()
    assert [(one.name, one.address) for one in uploads] == [(one.name, one.address) for one in files]


def test_an_answer_that_settles_nothing_is_asked_again(at_table: Table) -> None:
    told = at_table.sends(ROW.replace("2026-12-20", "2026年11月31日"))
    asked = at_table.presses(told, "逐处回答")
    assert "2026年11月31日" in asked.html
    at_table.says(OPERATOR, "长期坚持")
    again = at_table.works()
    assert again is not None
    assert "新增1件" in again.html
    two = at_table.sends("X-1,澜东区,督察,10,20,2,1,2026-12-20,马景民,整改中")
    at_table.presses(two, "逐处回答")
    at_table.says(OPERATOR, "30")  # farmland is still more than the whole
    still = at_table.works()
    assert still is not None
    assert "1处要请您定" in still.html
    assert any(b.label.startswith("逐处回答") for row in still.buttons for b in row)


def test_rows_that_contradict_each_other_are_never_lost(at_table: Table) -> None:
    told = at_table.sends(ROW, ROW.replace(",10,", ",20,"))
    asked = at_table.presses(told, "逐处回答")
    assert "不同" in asked.html
    at_table.presses(asked, "以这一行为准")
    done = at_table.works()
    assert done is not None
    assert "新增1件" in done.html
    at_table.writes(done)
    found = at_table.duty()
    assert found is not None
    assert found.area_mu in (10, 20)


def test_the_last_answer_is_not_lost_when_it_comes_while_the_file_is_read(
    at_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = at_table.sends(ROW.replace("2026-12-20", "2026年11月31日"))
    written = at_table.writes(told)
    assert written is not None
    asked = at_table.presses(written, "逐处回答")

    from handlers import upload_work

    read = upload_work.read_file

    def read_slowly(*args, **facts):  # somebody answers again after what was answered has been looked up
        found = read(*args, **facts)
        at_table.says(OPERATOR, asked_again.buttons[0][1].command)
        monkeypatch.setattr(upload_work, "read_file", read)
        return found

    asked_again = asked
    at_table.says(OPERATOR, asked.buttons[0][0].command)  # 2026-11-30
    monkeypatch.setattr(upload_work, "read_file", read_slowly)
    at_table.works()
    at_table.works()
    found = at_table.duty()
    assert found is not None
    assert str(found.due_on) == "2026-12-01"


@pytest.mark.parametrize(
    ("words", "shows"),
    [("谢谢", "名册里没有"), ("澜东区", "进度"), ("进度 澜东区", "进度"), ("帮助", "可以说"), ("X-1", "X-1")],
)
def test_ordinary_words_are_not_taken_for_a_person(at_table: Table, words: str, shows: str) -> None:
    at_table.writes(at_table.sends(ROW))
    told = at_table.sends(ROW.replace("X-1", "X-2").replace("马景民", "王(副)"), ROW)
    at_table.presses(told, "逐处回答")
    at_table.says(OPERATOR, words)
    with at_table.store.reading() as session:
        assert session.exec(select(CellAnswer)).all() == []


def test_who_confirms_has_done_it_and_hears_of_it(at_table: Table) -> None:
    told = at_table.sends(ROW)
    at_table.presses(told, "确认写入", who=HEAD_OF_OFFICE)
    at_table.works()
    with at_table.store.reading() as session:
        upload, event = newest(session), session.exec(select(Event).order_by(col(Event.id).desc())).first()
    assert upload is not None
    assert event is not None
    assert upload.chat == f"telegram:{HEAD_OF_OFFICE}"
    assert event.person_id == person_named(at_table.store, HEAD_OF_OFFICE).id


def test_undoing_forgets_what_was_answered(at_table: Table) -> None:
    told = at_table.sends(ROW.replace("整改中", "扫尾阶段"))
    asked = at_table.presses(told, "逐处回答")
    at_table.presses(asked, asked.buttons[0][0].label)
    again = at_table.works()
    assert again is not None
    done = at_table.writes(again)
    assert done is not None
    at_table.presses(done, "撤销这次导入")
    assert "要请您定" in at_table.sends(ROW.replace("整改中", "扫尾阶段")).html


def test_a_slim_file_leaves_what_it_does_not_speak_of(at_table: Table) -> None:
    at_table.writes(at_table.sends(ROW))
    told = at_table.sends(
        "X-1,澜东区,督察,11,2026-12-20,整改中", head="编号,县(市、区),工作类别,面积(亩),整改时限,整改状态"
    )
    at_table.writes(told)
    found = at_table.duty()
    assert found is not None
    assert (found.area_mu, found.rectified_area_mu, found.farmland_mu) == (11, 2, 4)


def test_a_report_with_a_table_attached_is_a_report(at_table: Table) -> None:
    at_table.writes(at_table.sends(ROW))
    said = at_table.says(OFFICER, "", file="附表", caption="进展 X-1 5 2")
    assert "已登记进展" in said.html
    assert "市督察办导入" in at_table.says(OFFICER, "", file="附表").html


def test_a_number_that_no_upload_has_is_no_accident(at_table: Table) -> None:
    assert "直接发给我" in at_table.says(OPERATOR, "/import 99999999999999999999999 yes").html
    at_table.sends(ROW)
    assert "要问" in at_table.says(OPERATOR, "/import 1 ask zzzz").html
