"""The connections of a cluster: real sockets, with other ends that are silent, wrong, too large or too slow."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from conformance.model.vocabulary import Profile
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.workers import lines, peers
from conformance.workflow.workers.lines import Line, line_to, pieces
from conformance.workflow.workers.messages import (
    Failed,
    PartEnded,
    Written,
    decoded_options,
    encoded,
    encoded_options,
)
from conformance.workflow.workers.peers import Arrived, Gone, Heard, Peer, Peers

SECRET = b"s" * 32
WAIT_SECONDS = 20


@contextmanager
def listening() -> Iterator[Peers]:
    """Take connections of peers that have the secret."""
    found = Peers("127.0.0.1", SECRET)
    try:
        yield found
    finally:
        found.close()


@contextmanager
def worker(taking: Peers, number: int = 1) -> Iterator[Line]:
    """Connect as a worker that asks for a part."""
    with line_to(("127.0.0.1", taking.port), SECRET) as line:
        line.send(b"%d" % number)
        yield line


def silent(taking: Peers) -> socket.socket:
    """Connect and say nothing."""
    return socket.create_connection(("127.0.0.1", taking.port), WAIT_SECONDS)


def heard(taking: Peers) -> tuple[Peer, Heard]:
    """Return what is heard next."""
    found = taking.hear(WAIT_SECONDS)
    assert found is not None
    return found


def test_what_a_worker_sends_is_heard_in_its_order() -> None:
    """It asks for its part first, and is gone last."""
    told = [Written(b"a"), Written(b"b"), Failed("RunStoppedError", "x", "y"), PartEnded("z")]
    with listening() as taking:
        with worker(taking, 7) as line:
            for each in told:
                line.send(encoded(each))
        found = [heard(taking) for _ in range(len(told) + 2)]
    assert {7} == {peer.number for peer, _ in found}
    assert told == [each for _, each in found[1:-1]]
    assert (Arrived, Gone) == (type(found[0][1]), type(found[-1][1]))


def test_a_silent_peer_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others are heard meanwhile, and it is closed when its time is over, before and after it has proved itself."""
    with listening() as taking, silent(taking) as first:
        with line_to(("127.0.0.1", taking.port), SECRET), worker(taking, 2):
            assert 2 == heard(taking)[0].number
        monkeypatch.setattr(peers, "PROOF_SECONDS", 0.2)
        monkeypatch.setattr(lines, "PROOF_SECONDS", 0.2)
        with silent(taking) as other, line_to(("127.0.0.1", taking.port), SECRET) as proven:
            assert b"" == _rest(other)
            with pytest.raises(EOFError):
                proven.receive()
        assert b"" != first.recv(100)  # it has its time yet


def _rest(connected: socket.socket) -> bytes:
    """Return what comes behind the first message, to the end."""
    connected.recv(100)
    return connected.recv(100)


def test_many_silent_peers_are_closed_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as have threads keep others waiting until their time is over."""
    monkeypatch.setattr(peers, "MOST_UNPROVEN", 2)
    monkeypatch.setattr(lines, "PROOF_SECONDS", 0.3)
    with listening() as taking:
        silents = [silent(taking) for _ in range(5)]
        with worker(taking, 3):
            assert 3 == heard(taking)[0].number
        for each in silents:
            each.close()


def test_a_peer_without_the_secret_is_closed() -> None:
    """It is told so, and nothing of it is heard."""
    with listening() as taking:
        with (
            pytest.raises(ConnectionError, match="does not belong to the run"),
            line_to(("127.0.0.1", taking.port), b"another"),
        ):
            pass
        with silent(taking) as connected:
            connected.sendall(b"\x00\x00\x00\x04oops")
            assert b"" == [*iter(lambda: connected.recv(100), b""), b""][-1]  # it is closed
        assert taking.hear(0.2) is None


@pytest.mark.parametrize("word", [b"", b"one", b"1" * 65, b"\xff"])
def test_a_peer_that_asks_for_no_part_is_closed(word: bytes) -> None:
    """Nothing of it is heard."""
    with listening() as taking, line_to(("127.0.0.1", taking.port), SECRET) as line:
        line.send(word)
        with pytest.raises((EOFError, OSError)):
            line.receive()
        assert taking.hear(0.2) is None


@pytest.mark.parametrize("message", [b"no message", b"x" * (lines.MOST_BYTES + 1)], ids=["none", "too large"])
def test_what_is_no_message_ends_the_connection(message: bytes) -> None:
    """What is larger than any message is not read; the peer is gone."""
    with listening() as taking, worker(taking) as line:
        with suppress(OSError):  # the rest of it finds the connection closed
            line.send(message)
        with pytest.raises((EOFError, OSError)):
            line.receive()
        assert [Arrived, Gone] == [type(heard(taking)[1]) for _ in range(2)]


def test_a_worker_that_receives_nothing_keeps_no_other_waiting(tmp_path: Path) -> None:
    """It is given more than fits on its way; another gets its part meanwhile, whole, and a word to end behind it."""
    journal = tmp_path / "journal.ndjson"
    journal.write_bytes(b"0123456789\n" * 3_000_000)
    options = RunOptions(out=tmp_path, profile=Profile.SMOKE)
    with listening() as taking, worker(taking, 1), worker(taking, 2) as second:
        for peer, _ in (heard(taking), heard(taking)):
            peer.give(options, journal)
            peer.stop()
        assert options == decoded_options(second.receive())
        assert journal.read_bytes() == b"".join(iter(second.receive, b""))
        assert peers.STOP == second.receive()


def test_who_is_cut_is_gone() -> None:
    """Both ends notice."""
    with listening() as taking, worker(taking) as line:
        peer, _ = heard(taking)
        peer.cut()
        assert isinstance(heard(taking)[1], Gone)
        with pytest.raises((EOFError, OSError)):
            line.receive()
        peer.stop()  # nothing happens


def test_closing_ends_all_connections() -> None:
    """Even those that have more to tell than anybody took."""
    with listening() as taking:
        with worker(taking) as line:
            for _ in range(peers.MOST_WAITING + 20):
                line.send(encoded(Written(b"x")))
            taking.close()
            with pytest.raises((EOFError, OSError)):
                line.receive()
        with pytest.raises(OSError, match="refused"):
            silent(taking)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the options are those of Linux")
def test_a_machine_that_is_gone_is_noticed_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system asks for signs of it, at both ends, be there something on its way or not."""
    made: list[socket.socket] = []
    original = Line.__init__

    def remembered(self: Line, connected: socket.socket) -> None:
        original(self, connected)
        made.append(connected)

    monkeypatch.setattr(Line, "__init__", remembered)
    with listening() as taking, worker(taking):
        heard(taking)
        assert 2 == len(made)
        for each in made:
            idle, between, count, unsent = (
                each.getsockopt(socket.IPPROTO_TCP, option)
                for option in (
                    socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT
                )
            )  # fmt: skip
            assert each.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert 60 >= idle + between * count
            assert 60_000 >= unsent


def test_a_run_that_does_not_answer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker does not wait for ever for a run that takes its connection and says nothing."""
    monkeypatch.setattr(lines, "TURN_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        begun = time.monotonic()
        with pytest.raises(ConnectionError), line_to(server.getsockname(), SECRET):
            pass
        assert 0.2 <= time.monotonic() - begun


def test_options_arrive_as_they_were() -> None:
    """With paths that are no UTF-8."""
    options = RunOptions(
        target="http://127.0.0.1:1", spec=Path("a/é\udcff.yaml"), only=("x", "y"), headers=("A: b",), rate=1.5,
        params={"a": "b"}, profile=Profile.FUZZ,
    )  # fmt: skip
    assert options == decoded_options(encoded_options(options))


def test_pieces_are_bounded() -> None:
    """And the last one is empty."""
    text = b"x" * (2 * lines.PIECE_BYTES + 1)
    rest = iter([text[: lines.PIECE_BYTES], text[lines.PIECE_BYTES : -1], text[-1:], b""])
    asked: list[int] = []
    assert [*map(len, pieces(lambda most: (asked.append(most), next(rest))[1]))][-2:] == [1, 0]
    assert {lines.PIECE_BYTES} == set(asked)
