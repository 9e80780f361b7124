"""Examples on a Redis server: what one machine finds, all send first."""

import builtins
import threading
from collections.abc import Iterator
from pathlib import Path

import fakeredis
import pytest

from conformance.contract.contract import load_contract
from conformance.model.case import SLOT
from conformance.model.errors import UsageError
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.example_stores import PASSWORD
from conformance.strategies.random.examples import Examples
from conformance.strategies.random.labelling import body_case

BUILD = Builder(load_contract(), {"model_id": "abc"})
SMALL = body_case(BUILD, "hypothesis", {"name": SLOT}, None)
LARGE = body_case(BUILD, "hypothesis", {"name": SLOT, "autoscaling_settings": {"min_replica": 1}}, None)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Return the URL of a server, as the option holds it: a path has one slash where there are two."""
    server = fakeredis.TcpFakeServer(("127.0.0.1", 0), server_type="redis")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Path(f"redis://127.0.0.1:{server.server_address[1]}/0")
    server.shutdown()
    server.server_close()


def test_what_one_machine_finds_another_sends_first(place: Path) -> None:
    """The shortest first; what is forgotten by one is gone for all."""
    one, other = Examples(place), Examples(place)
    assert [True, True, False] == [one.keep(each) for each in (LARGE, SMALL, LARGE)]
    assert [SMALL, LARGE] == list(other.cases(BUILD, ["hypothesis", "schemathesis"]))
    other.forget(SMALL)
    assert [LARGE] == list(one.cases(BUILD, ["hypothesis"]))


def test_a_credential_is_not_part_of_the_place(place: Path) -> None:
    """The place stands in the journal; the password is that of a variable."""
    with pytest.raises(UsageError) as raised:
        Examples(Path(str(place).replace("redis:/", "redis://:secret@")))
    assert f"set the password as {PASSWORD}" == raised.value.remedy
    assert "secret" not in str(raised.value)


def test_a_server_that_cannot_be_reached_is_a_wrong_option() -> None:
    """It is said before anything is sent."""
    with pytest.raises(UsageError) as raised:
        Examples(Path("redis://127.0.0.1:1/0"))
    assert raised.value.problem.startswith("redis://127.0.0.1:1/0: ")


def test_the_package_is_optional(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the option says what to install."""
    known = builtins.__import__

    def without(name: str, *arguments: object) -> object:
        if name.partition(".")[0] == "redis":
            raise ImportError(name)
        return known(name, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError) as raised:
        Examples(place)
    assert "install environment-conformance[redis]" == raised.value.remedy
