"""`conformance replay`: what a run sent is sent again, to the byte, and judged anew."""

import base64
import html
import json
import re
import shlex
from pathlib import Path

import httpx
import pytest

import conformance
from conformance.contract.contract import Contract
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.targets.target import Traits

OUT = Path("conformance-report")
NAME = re.compile(rb"cfm-[0-9a-f]{8}-[0-9a-z]{4}", re.IGNORECASE)
KEY = "sk-live-0123456789-abcdef"


def heard(handler, body):
    """Return a request as it came in, without the name that every send has anew, and without the address."""
    headers = tuple((name, value) for name, value in handler.headers.items() if name.lower() != "host")
    return handler.command, NAME.sub(b"NAME", handler.path.encode()), headers, NAME.sub(b"NAME", body)


def listening(answers):
    """Return a script that keeps what it hears in a list, and that list; it answers as `answers` says."""
    requests = []

    def script(handler, body):
        requests.append(heard(handler, body))
        return answers(body)

    return script, requests


def refused(_):
    """Refuse everything."""
    return 500, {}, b"{}"


@pytest.mark.slow
def test_same_bytes_and_a_fresh_name(command, serve, events_of):
    """Every kind of request comes again as it came before, header by header; only the name is another."""
    script, requests = listening(refused)
    server = serve(script)
    command("run", "-q", "--target", server.url, "--profile", "smoke", "--repeats", "0", "--concurrency", "1")
    sent = events_of(OUT, "request.sent")
    assert len(requests) == len(sent)
    first = {}
    for event, request in zip(sent, list(requests), strict=True):
        if not event["case"]["id"].startswith("relate."):  # some of them are sent at once, in whatever order
            first.setdefault(event["case"]["id"], request)
    judged = {event["case"] for event in events_of(OUT, "finding")}
    for case in [each for each in first if each in judged][:20]:
        requests.clear()
        ended = command("replay", str(OUT), case)
        assert (case, [first[case]], 1) == (case, requests, ended.status)
    names = {event["name"] for event in sent if event.get("name")}
    assert not any(name in ended.out for name in names)


def test_whole_relation(command, serve):
    """A case of a relation is sent with its partners, in their order, and with one name where they shared one."""
    script, requests = listening(refused)
    names = []
    server = serve(lambda handler, body: (names.append(json.loads(body)["name"]), script(handler, body))[1])
    command("run", "-q", "--target", server.url, "--only", "relate.same-name*", "--repeats", "0")
    before = requests[:2]
    for case in ("relate.same-name.second", "relate.same-name"):
        requests.clear()
        ended = command("replay", str(OUT), case)
        assert before == requests
        assert names[-1] == names[-2]
        assert names[-1] not in names[:-2]
        assert "relate.same-name.first" in ended.out


@pytest.mark.slow
def test_finding_shows_again_and_is_gone_once_mended(command, contract: Contract):
    """The status is that of a run: 1 as long as the fault is there, 0 once it is mended; `--target` names another."""
    app = reference_app(contract, faults=pick(contract, ["state.first-response-again"]))
    with BackgroundServer(app) as broken, BackgroundServer(reference_app(contract)) as right:
        assert (
            1 == command("run", "-q", "--target", broken.url, "--only", "accept.fullest", "--only", "relate.*").status
        )
        (finding, *_) = [each for each in results(OUT)["findings"] if each["strength"] == "must"]
        again = command("replay", str(OUT), finding["case"])
        assert 1 == again.status
        assert f"must: {finding['message']}" in again.out
        assert finding["requirement"] in again.out
        assert "not conforming:" in again.out
        mended = command("replay", str(OUT), finding["case"], "--target", right.url)
    assert (0, True) == (mended.status, "must:" not in mended.out)


def results(out):
    """Return the results of a run."""
    return json.loads((out / "results.json").read_bytes())


def test_relation_judges_again(command, contract: Contract):
    """What only the answers of a relation together show is found again."""
    app = reference_app(contract, faults=pick(contract, ["state.names-equal-by-case"]))
    with BackgroundServer(app) as broken:
        command("run", "-q", "--target", broken.url, "--only", "relate.*")
        found = next(each for each in results(OUT)["findings"] if each["requirement"] == "semantics.distinct")
        again = command("replay", str(OUT), found["case"], "--fail-on", "should")
    assert (1, True) == (again.status, "semantics.distinct" in again.out)


@pytest.mark.slow
def test_random_cases(command, serve, events_of):
    """A case that Hypothesis drew is in the journal, and is sent again from there."""
    script, requests = listening(refused)
    server = serve(script)
    command("run", "-q", "--target", server.url, "--phases", "hypothesis", "--max-requests", "8", "--repeats", "0")
    sent = events_of(OUT, "request.sent")
    place = next(place for place, event in enumerate(sent) if event["case"]["phase"] == "hypothesis")
    case = sent[place]["case"]
    requests.clear()
    ended = command("replay", str(OUT), case["id"])
    assert 1 == ended.status
    body = NAME.sub(b"NAME", base64.b64decode(case["request"].get("body", "")))
    assert [body] == [each[3] for each in requests]


def test_reference_server_is_started_again(command):
    """A run of the server that ended with it is replayed against another one of the same kind."""
    command("run", "-q", "--only", "accept.fullest")
    ended = command("replay", str(OUT), "accept.fullest")
    assert (0, "") == (ended.status, ended.err)
    assert "the reference server at http://127.0.0.1:" in ended.out
    assert "> Authorization: Api-Key $API_KEY" in ended.out


def test_a_value_that_looks_like_a_secret_header(command, serve, monkeypatch):
    """A header of a case that is literally `$NAME` travels as that: only what the run was told of is filled in."""
    monkeypatch.setenv("GATEWAY", "the-secret-of-the-gateway")
    script, requests = listening(refused)
    extra = ("--secret-header", "X-Gateway=GATEWAY")
    command("run", "-q", "--target", serve(script).url, "--only", "accept.fullest", "--repeats", "0", *extra)
    journal = OUT / "journal.ndjson"
    told = re.sub(',"crc":"[0-9a-f]{8}"', "", journal.read_text(encoding="utf-8")).replace(
        '["Content-Type","application/json"]', '["Content-Type","$GATEWAY"]'
    )
    assert '["X-Gateway","$GATEWAY"]' in told
    journal.write_text(told, encoding="utf-8")
    requests.clear()
    assert 1 == command("replay", str(OUT), "accept.fullest").status
    fields = dict(requests[0][2])
    assert ("$GATEWAY", "the-secret-of-the-gateway") == (fields["Content-Type"], fields["X-Gateway"])
    journal.write_text(told.replace('"secret_headers":"X-Gateway=GATEWAY"', '"headers":"X-Gateway: $GATEWAY"'), "utf-8")
    requests.clear()
    monkeypatch.delenv("GATEWAY")
    assert 1 == command("replay", str(OUT), "accept.fullest").status
    assert "$GATEWAY" == dict(requests[0][2])["X-Gateway"]


def test_a_run_through_a_client_cannot_be_repeated_from_outside(command, contract: Contract, right):
    """One line says from where it can; a server that is named is sent the case."""
    app = reference_app(contract, key="the-right-key")
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), headers={"Authorization": "Api-Key the-right-key"})
    conformance.run(target=client, only="accept.fullest", out=OUT)
    ended = command("replay", str(OUT), "accept.fullest")
    said = (
        "conformance: the run in conformance-report used a client object in its own program, "
        "httpx.AsyncClient(ASGITransport) at http://127.0.0.1; send the case there with "
        "conformance.run(target=client, only='accept.fullest'), or give --target"
    )
    assert (2, said) == (ended.status, ended.complaint)
    assert 0 == command("replay", str(OUT), "accept.fullest", "--target", right).status


def test_secrets_are_filled_in_and_not_shown(command, serve, monkeypatch):
    """Key and secret headers come from the environment again, travel, and are shown nowhere, not even echoed."""
    secret = f"{KEY[::-1]}-of-the-gateway"
    monkeypatch.setenv("MY_KEY", KEY)
    monkeypatch.setenv("GATEWAY", secret)
    script, requests = listening(lambda _: (400, {"X-Echo": f"{KEY} {secret}"}, json.dumps([KEY, secret]).encode()))
    server = serve(script)
    reach = ("--api-key-env", "MY_KEY")
    extra = ("--secret-header", "X-Gateway=GATEWAY", "--header", "X-Team: blue")
    command("run", "-q", "--target", server.url, "--only", "accept.fullest", "--repeats", "0", *reach, *extra)
    before = list(requests)
    requests.clear()
    ended = command("replay", str(OUT), "accept.fullest", *reach)
    assert before[:1] == requests
    assert ("X-Gateway", secret) in requests[0][2]
    assert "> X-Gateway: $GATEWAY" in ended.out
    assert "$API_KEY $GATEWAY" in ended.out
    assert not any(each in ended.out + ended.err for each in (KEY, secret))
    monkeypatch.delenv("GATEWAY")
    ended = command("replay", str(OUT), "accept.fullest", *reach)
    assert 2 == ended.status
    assert "the environment variable GATEWAY is not set" in ended.complaint
    assert 1 == len(requests)


def test_unknown_case(command):
    """An id that is not there is answered with those that are near."""
    command("run", "-q", "--only", "accept.fullest")
    ended = command("replay", str(OUT), "accept.fulest")
    assert 2 == ended.status
    assert "no case 'accept.fulest' was sent in the run in conformance-report" in ended.complaint
    assert "did you mean accept.fullest?" in ended.complaint
    ended = command("replay", "nowhere", "accept.fullest")
    assert 2 == ended.status
    assert "nowhere" in ended.complaint


def test_hosts_are_guarded(command):
    """What a run may not send anywhere, a replay may not either: host, plain text, and values that pages forbid."""
    command("run", "-q", "--only", "accept.all.minus-one", "--only", "accept.fullest")
    elsewhere = ("--target", "https://api.example.com")
    ended = command("replay", str(OUT), "accept.fullest", *elsewhere)
    assert (2, True) == (ended.status, "--allow-host api.example.com" in ended.complaint)
    plain = ("--target", "http://api.example.com", "--allow-host", "api.example.com")
    ended = command("replay", str(OUT), "accept.fullest", *plain)
    assert (2, True) == (ended.status, "in plain text" in ended.complaint)
    allowed = ("--allow-host", "api.example.com")
    ended = command("replay", str(OUT), "accept.fullest", *elsewhere, *allowed)
    assert (2, True) == (ended.status, "CONFORMANCE_API_KEY is not set" in ended.complaint)
    ended = command("replay", str(OUT), "accept.all.minus-one", *elsewhere, *allowed)
    assert (2, True) == (ended.status, "not sent to remote hosts (accept.all.minus-one)" in ended.complaint)


def test_target_that_is_gone(command, serve):
    """Nobody there is no finding: status 3, and why. A connection that is closed on the request is one."""
    script, _ = listening(refused)
    server = serve(script)
    command("run", "-q", "--target", server.url, "--only", "accept.fullest")
    server.close()
    ended = command("replay", str(OUT), "accept.fullest")
    assert (3, True) == (ended.status, "cannot be reached" in ended.out)


@pytest.mark.slow
def test_silence_is_judged(command, serve, silent):
    """A target that took the request and never answers fails it, be it the first thing that it is sent or not."""
    script, _ = listening(refused)
    server = serve(script)
    command("run", "-q", "--target", server.url, "--only", "reject.*", "--profile", "smoke")
    case = next(each["case"] for each in results(OUT)["findings"] if each["strength"] == "must")
    ended = command("replay", str(OUT), case, "--target", silent, "--timeout", "0.3")
    assert (1, True) == (ended.status, "no response within the timeout" in ended.out)


def test_limits_hold(command, serve):
    """An answer beyond `--max-body` is cut off, and told as that."""
    script, _ = listening(lambda _: (400, {}, b'"' + b"a" * 5_000 + b'"'))
    server = serve(script)
    command("run", "-q", "--target", server.url, "--only", "accept.fullest", "--repeats", "0")
    ended = command("replay", str(OUT), "accept.fullest", "--max-body", "1000")
    assert "body larger than the limit" in ended.out


def test_commands_of_the_report_work(command, serve, monkeypatch):
    """What the report shows to send a case again is a command that works in the folder of the report."""
    script, requests = listening(refused)
    monkeypatch.setenv("MY_KEY", KEY)
    server = serve(script)
    command("run", "-q", "--target", server.url, "--only", "accept.fullest", "--api-key-env", "MY_KEY")
    page = (OUT / "report.html").read_text(encoding="utf-8")
    shown = re.findall(r"<pre[^>]*>(conformance replay [^<]*)</pre>", page)
    assert {"--api-key-env MY_KEY"} == {each.partition("accept.smallest ")[2] for each in shown}
    monkeypatch.chdir(OUT)
    requests.clear()
    assert 1 == command(*shlex.split(html.unescape(shown[0]))[1:]).status
    assert 1 == len(requests)


def test_record_of_what_may_be_left_elsewhere(command, serve, monkeypatch):
    """What a replay may leave on another machine is kept in a record, which the clean-up takes."""
    script, requests = listening(
        lambda body: (200, {}, json.dumps({"name": json.loads(body)["name"]}).encode() if body else b"")
    )
    server = serve(script)
    command("run", "-q", "--target", server.url, "--only", "accept.fullest", "--repeats", "0")
    monkeypatch.setattr("conformance.workflow.replay.guard", lambda _: Traits())
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    ended = command("replay", str(OUT), "accept.fullest")
    (record,) = OUT.glob("replay-*.ndjson")
    assert f"note: 1 object may have been created; `conformance cleanup {record}` removes them" in ended.err
    assert 0 == command("report", str(OUT), "--history").status
    cleaned = command("cleanup", str(record))
    assert "removed 1 of 1\n" == cleaned.out
    method, target, *_ = requests[-1]
    assert ("DELETE", True) == (method, target.endswith(b"/environments/NAME"))
