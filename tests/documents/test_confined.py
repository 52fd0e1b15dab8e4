import json
import subprocess

import pytest

from documents import limits
from documents.confined import run_confined

TELLING = "tests.documents.telling_child"


def test_a_confined_child_knows_only_what_it_needs_and_what_it_is_told(monkeypatch):
    monkeypatch.setenv("DUBAN_TOKEN", "123:secret")
    told = json.loads(run_confined(TELLING, 10, {"WORD": "a"}, input=b"hello", stdout=subprocess.PIPE).stdout)
    assert told["given"] == "hello"
    assert told["environment"]["WORD"] == "a"
    assert set(told["environment"]) <= {"PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT", "LC_CTYPE", "WORD"}


def test_a_confined_child_cannot_take_its_limits_back():
    told = json.loads(run_confined(TELLING, 10, input=b"", stdout=subprocess.PIPE).stdout)
    expected = {
        "RLIMIT_AS": limits.MEMORY_BYTES, "RLIMIT_CPU": 7, "RLIMIT_FSIZE": limits.BYTES_OUT, "RLIMIT_CORE": 0,
    }  # fmt: skip
    assert {name: told["limits"][name] for name in expected} == {name: [most, most] for name, most in expected.items()}


def test_a_confined_child_that_takes_too_much_memory_or_time_fails():
    with pytest.raises(subprocess.CalledProcessError):
        run_confined(TELLING, 10, input=b"spend", stdout=subprocess.DEVNULL)
    with pytest.raises(subprocess.TimeoutExpired):
        run_confined(TELLING, 0.01, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
