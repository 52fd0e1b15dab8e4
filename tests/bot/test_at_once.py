"""Several processes act on one duty at once: one wins, the others are told what happened."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from sqlmodel import Session, select

from db.models import Event, Status
from db.queries import duty_by_number
from db.store import Store
from handlers.answer import answer
from handlers.request import Request
from rehearsal.cast import account_of
from rules.policy import Office
from services.chain import broken_links
from services.identity import find_person
from tests.conftest import NOW

NUMBER = "DC-2026-004"
HOME = Path(__file__).parent.parent.parent


def at_once(city: Path, speakers: list[tuple[str, int, str]]) -> list[str]:
    """Let each (who, how often, what) be said by a process of its own, all at the same moment; return the answers."""
    url = f"sqlite:///{city}"
    store = Store(url)
    with store.reading() as session:
        accounts = [f"telegram:{account_of(find_person(session, who))}" for who, _times, _text in speakers]
    store.close()
    jobs = [(account, times, text) for account, (_who, times, text) in zip(accounts, speakers, strict=True)]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bot.concurrent_child", url],
        input=json.dumps(jobs), stdout=subprocess.PIPE, text=True, cwd=HOME, timeout=90, check=True,
    )  # fmt: skip
    said: list[str] = json.loads(ended.stdout)
    return said


def reported(peopled_file: Path, tmp_path: Path) -> Path:
    """A city in which the duty waits for the city's judgement."""
    city = Path(shutil.copy(peopled_file, tmp_path / "city.db"))
    store = Store(f"sqlite:///{city}")
    with store.writing() as session:
        account = f"telegram:{account_of(find_person(session, 'QL0014'))}"
        request = Request(key="first", sender=account, chat=account, text=f"完成 {NUMBER}", now=NOW)
        answer(request, session, Office(name="青澜市自然资源督察办公室", city="青澜市"))
    store.close()
    return city


def steps_of(session: Session, *kinds: str) -> list[Event]:
    query = select(Event).where(Event.subject == f"duty:{NUMBER}")
    return [event for event in session.exec(query) if event.kind in kinds]


def test_of_fifty_reports_at_once_one_counts_and_the_others_hear_whose(peopled_file: Path, tmp_path: Path) -> None:
    city = Path(shutil.copy(peopled_file, tmp_path / "city.db"))
    said = at_once(city, [("QL0014", 10, f"完成 {NUMBER}")] * 5)
    assert len(said) == 50
    done = [one for one in said if "已报完成，待市级验收：" in one]
    told = [one for one in said if "不用再报（11-18 09:00 马景民 已报完成" in one]
    print(f"effects: {len(done)}, told who was first: {len(told)}")
    assert (len(done), len(told)) == (1, 49)
    store = Store(f"sqlite:///{city}")
    with store.reading() as session:
        assert len(steps_of(session, "reported_done")) == 1
        assert broken_links(session) == []
    store.close()


def test_of_two_opposite_decisions_at_once_one_wins(peopled_file: Path, tmp_path: Path) -> None:
    city = reported(peopled_file, tmp_path)
    said = at_once(city, [("QL0004", 1, f"通过 {NUMBER}"), ("QL0003", 1, f"作废 {NUMBER} 重复下发")])
    store = Store(f"sqlite:///{city}")
    with store.reading() as session:
        duty = duty_by_number(session, NUMBER)
        taken = [event.kind for event in steps_of(session, "accepted", "voided")]
        assert duty is not None
        # voiding what was accepted is possible, accepting what is void is not
        assert (duty.status, taken) in ((Status.VOID, ["voided"]), (Status.VOID, ["accepted", "voided"]))
        if taken == ["voided"]:
            assert any("现在是“作废”，不能“通过”（11-18 09:00 姜启林 已作废）" in one for one in said)
        assert broken_links(session) == []
    store.close()


def test_of_an_acceptance_and_its_repetition_at_once_one_counts(peopled_file: Path, tmp_path: Path) -> None:
    city = reported(peopled_file, tmp_path)
    said = at_once(city, [("QL0004", 5, f"通过 {NUMBER}")] * 2)
    assert len([one for one in said if "验收通过：" in one]) == 1
    assert len([one for one in said if "不能“通过”（11-18 09:00 葛正超 验收通过）" in one]) == 9
