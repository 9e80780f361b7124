"""Clean-up: what a run has created is removed, and nothing else; what cannot be removed is listed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest

from conformance.cli import main
from conformance.journal.events import Creation, ExchangeEnded, RequestSent
from conformance.journal.ledger import MAY_BE_OLDER, read_ledger
from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer
from conformance.model.case import Case, Request
from conformance.model.exchange import Failure, Response
from conformance.model.vocabulary import Expectation

from .killing import KEY, NAME, events

OUT = Path("out")
PATH = "/v1/models/abc/environments"


class Counting:
    """A server that takes every POST with a body, and removes what it took, or answers `removal` to that."""

    def __init__(self, removal: int = 200) -> None:
        self.removal = removal
        self.created: list[str] = []
        self.removed: list[str] = []
        self.never_made: list[str] = []

    async def __call__(self, scope, receive, send) -> None:
        """Take and remove."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        status = 200
        if scope["method"] == "POST" and body:
            self.created += _names(body)
        elif scope["method"] == "DELETE":
            name = unquote(scope["raw_path"].decode().rpartition("/")[2])
            status = self.removal
            (self.removed if name in self.created else self.never_made).append(name)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})


def _names(body: bytes) -> list[str]:
    slots = [slot.decode() for slot in NAME.findall(body)]
    try:
        return [*slots, str(json.loads(body)["name"])]
    except (ValueError, TypeError, KeyError):
        return slots


@contextmanager
def served(app) -> Iterator[str]:
    """Serve an application; give its URL."""
    with BackgroundServer(app) as server:
        yield server.url


def call(*arguments: str) -> int:
    """Call the command line; returns its exit status."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def key(monkeypatch) -> None:
    """Set the key."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)


def test_a_run_removes_what_it_created(contract, capsys):
    """`--cleanup` leaves nothing at a server that removes, and the requirement about it has passed."""
    app = reference_app(contract, key=KEY)
    # The name that is left out cannot be part of a path; on another host it is not sent.
    whole = ("--profile", "smoke", "--skip", "observe.merged.unusual-path-and-name")
    with BackgroundServer(app) as server:
        assert 0 == call("run", "--target", server.url, *whole, "--cleanup", "--out", str(OUT))
    assert {} == app.stored
    assert "removed 13 of 13" in capsys.readouterr().out
    outcomes = {row["id"]: row["outcome"] for row in json.loads((OUT / "results.json").read_bytes())["requirements"]}
    assert "passed" == outcomes["drift.clean-up"]


@pytest.mark.slow
def test_cleaning_up_later_and_twice(contract, capsys):
    """`conformance cleanup` removes what a run has left; there is nothing to remove after that."""
    app = reference_app(contract, key=KEY)
    with BackgroundServer(app) as server:
        assert 0 == call("run", "--target", server.url, "--only", "accept.all.*", "--out", str(OUT))
        assert app.stored
        assert 0 == call("cleanup", str(OUT))
        assert {} == app.stored
        assert 0 == call("cleanup", str(OUT))
    assert "no object is left to remove" in capsys.readouterr().out
    assert 0 == call("report", str(OUT))
    assert "" == json.loads((OUT / "results.json").read_bytes())["reason"]


@pytest.mark.parametrize("status", [404, 405, 501, 500, 403])
def test_what_cannot_be_removed_is_listed(status, capsys):
    """Where DELETE is not answered with success, all that was created is listed with a command for each."""
    app = Counting(status)
    with served(app) as url:
        call("run", "--target", url, "--only", "accept.all.*", "--out", str(OUT), "--repeats", "0", "--quiet")
        assert 3 == call("cleanup", str(OUT))
    said = capsys.readouterr().out
    listed = (OUT / "leftovers.txt").read_text()
    made = {name for name in app.created if name.startswith("cfm-")}
    assert made
    assert [] == [name for name in made if name not in listed]
    assert f"returned {status}" in said
    assert """'Authorization: Api-Key '"$API_KEY" """ in listed
    assert KEY not in said + listed
    # A target that removes nothing at all is not asked again and again.
    assert (1 if status in {405, 501} else len(set(app.created))) >= len(app.removed) + len(app.never_made) >= 1


@pytest.mark.slow
def test_only_what_the_journal_holds_is_removed(contract):
    """What others have created stays, and a protected name is never removed even if the run was told it made it."""
    app = Counting()
    with served(app) as url:
        call(
            "run", "--target", url, "--only", "observe.trial.*", "--only", "accept.all.*", "--out", str(OUT), "--quiet"
        )
        call("cleanup", str(OUT))
    assert [] == app.never_made
    assert "production" in app.created
    assert [] == [name for name in app.removed if name.lower() in contract.prose.protected]
    listed = (OUT / "leftovers.txt").read_text()
    assert "'production'" in listed
    assert "protected" in listed


def sent(number: int, body: str, target: str = PATH, name: str = "") -> RequestSent:
    """Return the record of a creating request."""
    case = Case(f"c{number}", Expectation.ACCEPTED, (), Request("POST", target, (), body.encode()))
    return RequestSent(send=number, case=case, name=name)


def conflict(number: int, status: int = 409) -> list[RequestSent | Creation | ExchangeEnded]:
    """Return the record of a name that was made up, taken, and refused the second time; of no creation that is left."""
    body = '{"name": "cfm-twice"}'
    return [
        sent(number, body, name="cfm-twice"),
        Creation(send=number, name="cfm-twice", target=PATH),
        ExchangeEnded(send=number, response=Response(200)),
        sent(number + 1, body, name="cfm-twice"),
        ExchangeEnded(send=number + 1, response=Response(status)),
    ]


def test_a_name_that_may_have_been_there_before(contract):
    """From another machine a name that the run did not make up is removed only where 2xx shows that it is new."""
    edge = [sent(1, '{"name": "edge"}'), Creation(send=1, name="", target=PATH)]
    ours = [sent(2, '{"name": "cfm-x and more"}', name="cfm-x"), Creation(send=2, name="cfm-x", target=PATH)]

    def reasons(*extra, loopback=False):
        return {e.name: e.reason for e in read_ledger(contract, [*edge, *ours, *extra], loopback=loopback)}

    assert {"edge": MAY_BE_OLDER, "cfm-x and more": ""} == reasons()
    assert "" == reasons(loopback=True)["edge"]
    assert "" == reasons(*conflict(3))["edge"]
    assert MAY_BE_OLDER == reasons(*conflict(3, 422))["edge"]
    (entry,) = read_ledger(contract, edge)
    assert f"{PATH}/edge" == entry.target


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("cfm-1", f"{PATH}/cfm-1"),
        ("a b", f"{PATH}/a%20b"),
        ("a?b#c%", f"{PATH}/a%3Fb%23c%25"),
        ("\u00e4", f"{PATH}/%C3%A4"),
        ("", ""),
        (".", ""),
        ("..", ""),
        ("../x", ""),
        ("a/b", ""),
        ("a\\b", ""),
        ("production", ""),
        ("Production ", ""),
        ("development", ""),
    ],
)
def test_names_that_a_path_can_carry(contract, name, target):
    """A name is encoded into the path; one that could lead elsewhere, or is protected, is never sent."""
    made = [sent(1, json.dumps({"name": name})), Creation(send=1, name="", target=PATH)]
    found = read_ledger(contract, [*made, *conflict(7)])[:1]
    assert [target] == [entry.target for entry in found]
    assert bool(target) != bool(found[0].reason)


def test_what_may_have_been_created(contract):
    """All but a 4xx may have created: 3xx, 5xx, no response or none yet; what never left has not."""
    body = '{"name": "n%d"}'
    records = [sent(number, body % number) for number in range(1, 11)]
    ends = [
        Creation(send=1, name="n1", target=PATH),
        ExchangeEnded(send=1, response=Response(201)),
        ExchangeEnded(send=2, response=Response(422)),
        ExchangeEnded(send=3, response=Response(500)),
        ExchangeEnded(send=4, failure=Failure.TIMEOUT),
        ExchangeEnded(send=5, failure=Failure.REFUSED),
        ExchangeEnded(send=6, response=Response(200), failure=Failure.TRUNCATED),
        ExchangeEnded(send=8, response=Response(303)),
        ExchangeEnded(send=9, response=Response(422), failure=Failure.TRUNCATED),
        ExchangeEnded(send=10, failure=Failure.UNSENT),
    ]
    found = read_ledger(contract, [*records, *ends])
    assert [("n1", True), ("n3", False), ("n4", False), ("n6", False), ("n7", False), ("n8", False)] == [
        (e.name, e.sure) for e in found
    ]


def test_what_was_created_elsewhere(contract):
    """What was created at another path is listed, never guessed at; a body that is no JSON has the name of its slot."""
    records = [sent(1, '{"name": "n"}', "/v1/models/../environments"), sent(2, '{"name": "cfm-x"} x', name="cfm-x")]
    first, second = read_ledger(contract, records)
    assert ("", "it was created at a path that is not the operation's") == (first.target, first.reason)
    assert f"{PATH}/cfm-x" == second.target


def test_nothing_of_the_reference_server_is_left(capsys):
    """What a run created on the server that it started itself went with it."""
    call("run", "--only", "accept.all.*", "--out", str(OUT), "--quiet")
    assert 0 == call("cleanup", str(OUT))
    assert "no object is left to remove" in capsys.readouterr().out
    assert [] == [event for event in events(OUT) if event["event"] == "removal"]
