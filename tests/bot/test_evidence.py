"""Proofs are copied from Telegram into the office's own folder, whole or not at all, and once in the chain."""

import hashlib
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from bot.evidence import INCOMING, LONGEST_NAME, safe_name
from db.life import EVIDENCE_KEPT, Case, Evidence
from db.models import Duty, Event
from db.queries import duty_by_number, ledger_changed_at
from rehearsal.faults import server_error
from services.chain import broken_links
from tests.bot.killed_child import AFTER_THE_COPY_MOVED, BEFORE_THE_COPY_MOVES
from tests.bot.living import NUMBER, OFFICER, City, until
from tests.bot.test_killed import children
from tests.rehearsal.conftest import picture

PHOTO = picture(40, 30)


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for proofs more often than an office needs."""
    monkeypatch.setattr("bot.evidence.IDLE_SECONDS", 0.05)


def send(city: City, content: bytes = PHOTO, name: str = "现场.png") -> str:
    """Send a photo or a file that the bot has read already; return its address."""
    account = city.person(OFFICER)
    as_photo = content.startswith(b"\x89PNG")
    message = city.telegram.send_file(account, account, name, content, as_photo=as_photo)
    city.telegram.town.updates.waiting.pop()
    file = message["photo"][-1] if as_photo else message["document"]
    return f"telegram:{file['file_id']}"


def prove(city: City, address: str, name: str = "photo.jpg", **more: Any) -> int:
    """Store a proof as the handlers do."""
    officer = city.official(OFFICER).id
    assert officer is not None
    with city.store.writing() as session:
        duty = duty_by_number(session, NUMBER)
        assert duty is not None
        facts = {"duty_id": duty.id, "act": "telegram:1", "said_in": "telegram:7", "sent_at": city.watch()} | more
        evidence = Evidence(address=address, name=name, person_id=officer, **facts)
        session.add(evidence)
        session.flush()
        assert evidence.id is not None
        return evidence.id


def look(city: City, evidence_id: int) -> Evidence:
    found = city.first(select(Evidence).where(Evidence.id == evidence_id))
    assert isinstance(found, Evidence)
    return found


def files(city: City) -> list[str]:
    """All that lies in the folder, half or whole."""
    folder = city.settings.evidence_folder
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def content(city: City, evidence_id: int) -> bytes:
    return (city.settings.evidence_folder / look(city, evidence_id).stored_as).read_bytes()


def links(city: City) -> list[Event]:
    rows = city.rows(select(Event).where(Event.kind == EVIDENCE_KEPT).order_by(col(Event.id)))
    return [row[0] for row in rows]


async def test_a_photo_is_copied_under_its_duty_and_the_chain_says_what_was_kept(city: City) -> None:
    proof = prove(city, send(city))
    with city.store.reading() as session:
        changed = ledger_changed_at(session)
    async with city.running() as program:
        await program.settle()
    kept = look(city, proof)
    day = city.settings.office.today(kept.sent_at).isoformat()
    assert kept.stored_as == f"{NUMBER}/{day}-{proof}-photo.jpg"
    assert files(city) == [kept.stored_as]
    assert content(city, proof) == PHOTO
    assert kept.sha256 == hashlib.sha256(PHOTO).hexdigest()
    [link] = links(city)
    assert link.subject == f"duty:{NUMBER}"
    assert link.after == {"evidence": proof, "sha256": kept.sha256, "size": len(PHOTO)}
    with city.store.reading() as session:
        assert broken_links(session) == []
        assert ledger_changed_at(session) == changed, "a copy does not change the ledger"


async def test_a_report_can_still_be_undone_after_its_proof_was_copied(city: City) -> None:
    async with city.running() as program:
        city.say(OFFICER, f"/progress {NUMBER} +0.01 +0.01")
        await city.answered(city.person(OFFICER))
        prove(city, send(city))
        await until(lambda: links(city))
        city.say(OFFICER, "/undo")
        await city.answered(city.person(OFFICER), 2)
        await program.settle()
    assert "撤销" in city.told(OFFICER)[-1]
    assert city.rows(select(Event.kind).order_by(col(Event.id).desc()).limit(1)) == [("undone",)]


async def test_a_proof_of_a_case_goes_under_its_number_and_one_of_nothing_is_left_alone(city: City) -> None:
    with city.store.writing() as session:
        region, person = city.region("澜东区").id, city.official(OFFICER).id
        now = city.watch()
        case = Case(
            number="澜东/违〔2026〕1号", region_id=region, what="占地", found_on=now.date(), found_by_id=person,
            known_at=now,
        )  # fmt: skip
        session.add(case)
        session.flush()
    of_case = prove(city, send(city, b"%PDF", "勘验.pdf"), "勘验.pdf", duty_id=None, case_id=case.id)
    of_nothing = prove(city, send(city), duty_id=None)
    async with city.running() as program:
        await program.settle()
    assert look(city, of_case).stored_as.startswith("澜东_违〔2026〕1号/")
    assert [link.subject for link in links(city)] == ["case:澜东/违〔2026〕1号"]
    assert (look(city, of_nothing).stored_as, look(city, of_nothing).attempts) == ("", 0)


async def test_the_proof_of_a_duty_that_is_gone_with_its_import_is_kept_all_the_same(city: City) -> None:
    proof = prove(city, send(city), duty_id=987_654)
    async with city.running() as program:
        await program.settle()
    assert city.rows(select(Duty.id).where(Duty.id == 987_654)) == []
    assert content(city, proof) == PHOTO


async def test_a_file_that_is_gone_or_too_large_is_said_to_be_and_asked_for_no_more(city: City) -> None:
    gone = prove(city, "telegram:nowhere")
    large = prove(city, send(city, bytes(20 * 1024 * 1024 + 1), "大.mp4"))
    good = prove(city, send(city))
    async with city.running() as program:
        await program.settle()
    assert [look(city, each).gone for each in (gone, large, good)] == ["file_gone", "file_too_large", ""]
    assert [look(city, each).attempts for each in (gone, large)] == [1, 1]
    assert files(city) == [look(city, good).stored_as]
    assert len(links(city)) == 1


async def test_after_a_500_it_is_tried_again_later_and_later_and_holds_up_no_other(city: City) -> None:
    proof = prove(city, send(city))
    other = prove(city, send(city, b"%PDF", "报告.pdf"), "报告.pdf")
    city.telegram.fail_next("getFile", server_error())
    async with city.running() as program:
        await program.settle()
        first = wait(city, proof)
        assert content(city, other) == b"%PDF"
        city.telegram.fail_next("getFile", server_error())
        city.watch.put_to(city.watch() + timedelta(minutes=1))
        await program.settle()
        assert 0 < first <= 10 < wait(city, proof) <= 20
        assert look(city, proof).attempts == 2
        city.watch.put_to(city.watch() + timedelta(minutes=1))
        await program.settle()
    assert content(city, proof) == PHOTO
    assert look(city, proof).gone == ""
    assert len(links(city)) == 2


def wait(city: City, proof: int) -> float:
    """Return for how many seconds a proof is left in peace from now."""
    until_then = look(city, proof).try_after
    return (until_then - city.watch()).total_seconds() if until_then else 0.0


async def test_a_folder_that_cannot_be_written_to_is_waited_for(city: City) -> None:
    folder = city.settings.evidence_folder
    folder.write_bytes(b"in the way")
    proof = prove(city, send(city))
    async with city.running() as program:
        await until(lambda: look(city, proof).attempts)
        await program.settle()
        assert look(city, proof).gone == ""
        folder.unlink()
        city.watch.put_to(city.watch() + timedelta(hours=1))
        await program.settle()
    assert content(city, proof) == PHOTO


@pytest.mark.parametrize("moment", [BEFORE_THE_COPY_MOVES, AFTER_THE_COPY_MOVED])
async def test_killed_in_the_middle_the_copy_is_made_again_and_no_half_file_has_a_name(city: City, moment: str) -> None:
    proof = prove(city, send(city))
    async with children(city, forgetful=False) as (start, death):
        await start(moment, 1)
        assert await death() == {"reached": moment, "signal": signal.SIGKILL}
        assert look(city, proof).stored_as == ""
        left = [name for name in files(city) if not name.startswith(INCOMING)]
        assert len(left) == (moment == AFTER_THE_COPY_MOVED)
        pid = await start(None, 0)
        await until(lambda: look(city, proof).stored_as)
        os.kill(pid, signal.SIGTERM)
        await death()
    assert content(city, proof) == PHOTO
    assert [name for name in files(city) if not name.startswith(INCOMING)] == [look(city, proof).stored_as]
    assert len(links(city)) == 1


async def test_what_a_killed_process_left_half_is_swept_up(city: City) -> None:
    left = city.settings.evidence_folder / INCOMING / "1-dead"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    new = left.with_name("2-alive")
    new.write_bytes(b"half")
    os.utime(left, (0, 0))
    async with city.running():
        await until(lambda: not left.exists())
    assert new.exists()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("现场 1.jpg", "现场 1.jpg"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "_"),
        ("", "_"),
        ('a"b<c>d|e?f*g:h\\i\nj', "a_b_c_d_e_f_g_h_i_j"),
        ("青自然资〔2026〕3号", "青自然资〔2026〕3号"),
    ],
)
def test_a_name_becomes_one_that_every_disk_takes_and_that_leads_nowhere_else(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert Path(safe).name == safe


def test_a_long_name_is_cut_within_its_bytes_and_keeps_its_ending() -> None:
    cut = safe_name("整改" * 100 + ".docx")
    assert cut.endswith(("整.docx", "改.docx"))
    assert LONGEST_NAME - 3 < len(cut.encode()) <= LONGEST_NAME
