"""Each hostile file costs one clear sentence, little time, and no memory of the process that serves everybody."""

import time
from pathlib import Path

import pytest

from documents.ledger import BadFile
from tests.documents.conftest import read
from tests.documents.hostile import HOSTILE
from text.reasons import REASON_WORDS

MOST_SECONDS = 15
MOST_GROWTH_KB = 50 * 1024


def memory_kb(which):
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status[which].split()[0])


@pytest.mark.parametrize(("make", "reason"), HOSTILE.items(), ids=[make.__name__ for make in HOSTILE])
def test_a_hostile_file_is_answered_soon_and_harms_nothing(tmp_path, make, reason):
    path = make(tmp_path)
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before, begun = memory_kb("VmRSS"), time.monotonic()
    with pytest.raises(BadFile) as refused:
        read(path)
    assert time.monotonic() - begun < MOST_SECONDS
    assert memory_kb("VmHWM") - before < MOST_GROWTH_KB
    assert refused.value.reason is reason
    assert all(REASON_WORDS[reason])
