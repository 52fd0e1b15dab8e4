"""An upload goes on by itself whenever the program is killed: said once, written once, with or without its worker."""

import os
import signal
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from db.files import Upload, UploadState
from db.models import Duty, Event
from services.chain import broken_links
from tests.bot.killed_child import AS_IT_STARTS, BEFORE_THE_FETCH, BEFORE_THE_WORKER, WHILE_IT_READS, WHILE_IT_WRITES
from tests.bot.living import City, until
from tests.bot.test_killed import at_rest, children
from tests.bot.test_uploads import OPERATOR, labels, press, send
from tests.documents import hostile

AT_ONCE = 0.0  # so that a worker that is there has something to do
SURE_DUTIES = 238  # of the sample's 240; two rows wait for an answer
# the last one leaves a worker behind, which goes on beside the program's next life
UNTIL_COMPARED = ((BEFORE_THE_FETCH, False), (BEFORE_THE_WORKER, False), (WHILE_IT_READS, True), (AS_IT_STARTS, False))
UNTIL_WRITTEN = ((BEFORE_THE_WORKER, False), (WHILE_IT_WRITES, True), (AS_IT_STARTS, False))


async def test_an_upload_is_compared_and_written_once_though_the_program_is_killed_seven_times(new_city: City) -> None:
    city = new_city
    async with children(city, forgetful=False, kept_seconds=AT_ONCE) as (start, death):
        send(city, OPERATOR)
        await die(start, death, UNTIL_COMPARED)
        await live_until(city, start, death, "读完了")
        summary = next(sent for sent in city.sent(city.person(OPERATOR)) if "读完了" in sent.text)
        label = next(text for text in labels(summary) if "写入" in text)
        assert duties(city) == []
        await press(city, OPERATOR, summary, label)
        await die(start, death, UNTIL_WRITTEN)
        await live_until(city, start, death, "已写入台账")
    check_said_once(city, "读完了", "已写入台账")
    written = duties(city)
    assert len(written) == SURE_DUTIES
    [[act]] = city.rows(select(Upload.confirmed_by))
    events = Counter(duty for [duty] in city.rows(select(Event.duty_id).where(col(Event.act) == act)))
    assert events == Counter(written), "one event for every duty"
    with city.store.reading() as session:
        assert broken_links(session) == []


async def test_a_file_is_refused_once_though_a_killed_program_leaves_its_worker_behind(
    city: City, tmp_path: Path
) -> None:
    async with children(city, forgetful=False, kept_seconds=AT_ONCE) as (start, death):
        send(city, OPERATOR, hostile.document(tmp_path).read_bytes(), "通知.xlsx")
        await die(start, death, ((AS_IT_STARTS, False),))
        await live_until(city, start, death, "没有导入")
    check_said_once(city, "没有导入")
    assert city.rows(select(Upload.state)) == [(UploadState.REFUSED,)]


async def die(start: Any, death: Any, moments: Sequence[tuple[str, bool]]) -> None:
    """Let the program live up to each of the moments; the worker dies with it or not."""
    for moment, with_worker in moments:
        await start(moment, 1, with_worker=with_worker)
        assert await death() == {"reached": moment, "signal": signal.SIGKILL}


async def live_until(city: City, start: Any, death: Any, words: str) -> None:
    """Let the program live until the words are said and nothing is left to do, and end it in order."""
    pid = await start(None, 0)
    await until(lambda: any(words in said for said in city.told(OPERATOR)))
    await until(lambda: not at_work(pid) and at_rest(city))
    os.kill(pid, signal.SIGTERM)
    assert await death() == {"reached": "", "signal": 0}


def at_work(pid: int) -> bool:
    """Tell whether the program has a worker, perhaps on what one that was left behind has done already."""
    return any(children.read_text() for children in Path(f"/proc/{pid}/task").glob("*/children"))


def check_said_once(city: City, *words: str) -> None:
    said = city.told(OPERATOR)
    assert [sum(word in each for each in said) for word in words] == [1] * len(words), said


def duties(city: City) -> list[int]:
    return [duty for [duty] in city.rows(select(Duty.id))]
