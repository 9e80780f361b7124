"""`conformance mock`: what it calls right is right for whoever starts it as the README says."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

APIS = Path(__file__).parents[1] / "documents" / "apis"


@pytest.fixture
def served(spawn) -> Iterator[Callable[..., str]]:
    """Return what starts the mock and returns its URL."""

    def start(*arguments: str, **variables: str) -> str:
        process = spawn("mock", "--port", "0", *arguments, **variables)
        found = re.search(r"http://\S+?(?=[;,])", process.stdout.readline())
        assert found is not None
        return found[0]

    return start


def test_a_plain_mock_is_right(command, served):
    """A run against a mock that was started without a word more finds nothing, its credentials included."""
    ended = command("run", "--target", served(), "--profile", "smoke", "--fail-on", "should")
    assert (0, True) == (ended.status, "conforming" in ended.out), ended.out


@pytest.mark.slow
def test_a_mock_that_takes_every_key_is_told_as_that(command, served, monkeypatch):
    """`--any-key` is a way to be wrong, and no other is reported: a note until a key is configured."""
    monkeypatch.setenv("MINE", "a-key-of-my-own")
    run = ("run", "--target", served("--any-key"), "--profile", "smoke")
    assert 0 == command(*run).status
    assert "- Accepts any key: " in Path("conformance-report/summary.md").read_text(encoding="utf-8")
    ended = command(*run, "--api-key-env", "MINE")
    assert 1 == ended.status
    found = re.findall(r"^  must +(.+?) \(", ended.out, re.MULTILINE)
    assert ["Accepts a wrong key in the header field `authorization`"] == found


@pytest.mark.slow
def test_a_key_of_ones_own(command, served, monkeypatch):
    """The key of a variable is the only one that is right."""
    monkeypatch.setenv("MINE", "a-key-of-my-own")
    url = served("--api-key-env", "MINE")
    assert 0 == command("run", "--target", url, "--api-key-env", "MINE", "--profile", "smoke").status
    assert 1 == command("run", "--target", url, "--profile", "smoke").status


@pytest.mark.slow
def test_a_whole_document(command, served):
    """`--spec` alone serves all operations, and a run of all of them conforms."""
    spec = str(APIS / "webhooks.yaml")
    ended = command(
        "run", "--target", served("--spec", spec), "--spec", spec, "--operation", "all", "--profile", "smoke"
    )
    assert (0, 7) == (ended.status, ended.out.count(": conforming\n")), ended.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--operation", "all"), "--operation all needs a document; name one with --spec"),
        (
            ("--operation", "all", "--spec", "api.yaml", "--list-faults"),
            "--fault and --list-faults need one operation; name it with --operation",
        ),
        (("--api-key-env", "NOWHERE"), "the environment variable NOWHERE is not set; set it to the key"),
        (("--any-key", "--api-key-env", "PATH"), "--any-key and --api-key-env exclude each other; remove one"),
    ],
)
def test_keys_that_cannot_be(command, arguments, said):
    """A key that is not there, or is there twice, is one line."""
    ended = command("mock", *arguments)
    assert (2, f"conformance: {said}") == (ended.status, ended.complaint)
