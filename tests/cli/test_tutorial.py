"""The tutorial, line by line, in one folder: what it calls is carried out, and prints what it shows."""

import re
import shlex
import signal
from pathlib import Path

import pytest

from .documents import Way, by

HERE = "http://127.0.0.1:8000"
STATUSES = {"run --target": 1, "replay before": 1, "report before": 0}
"""How the calls end, by their first words."""

SNIPPETS = by(Way.TUTORIAL)


def test_the_tutorial_shows_calls_and_what_they_say():
    """The servers, two runs, a case and a comparison; the installation is tried by tests/acceptance."""
    calls = [" ".join(each.text.split()[1:3]) for each in SNIPPETS if each.program == "conformance"]
    assert ["mock --port", "run --target", "replay before", "mock --port", "run --target", "report before"] == calls
    assert 4 == len([each for each in SNIPPETS if each.kind == "text"])


@pytest.fixture
def mock(spawn):
    """Return what starts the mock server of a call, in the place of the one before; gives its URL."""
    started = []

    def start(words):
        for process in started:
            process.send_signal(signal.SIGINT)
            assert 0 == process.wait(10)
        started[:] = [spawn(*("0" if word == "8000" else word for word in words))]
        return re.search(r"http://\S+?(?=[;,])", started[0].stdout.readline())[0]

    return start


@pytest.mark.slow
def test_the_tutorial_word_for_word(mock, command):
    """The first block of output is of the installation, which tests/acceptance tries; the others are of these calls."""
    url, said = "", ""
    shown = [each for each in SNIPPETS if "23 observed" not in each.text and each.text != ". .venv/bin/activate"]
    for each in shown:
        if each.kind == "text":
            assert set() == set(each.text.splitlines()) - set(said.splitlines()), said
            continue
        words = shlex.split(each.text)[1:]
        if words[0] == "mock":
            url = mock(words)
            continue
        ended = command(*(url if word == HERE else word for word in words))
        said = ended.out + ended.err
        assert STATUSES[" ".join(words[:2])] == ended.status, said
    assert Path("conformance-report/compare.html").is_file()
