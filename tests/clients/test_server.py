"""The server of scenarios: replies as their fate has it, and scenarios that do not mix."""

import gzip
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest


def find(plan, id_):
    """Return a scenario."""
    return next(each for each in plan if each.id == id_)


def test_what_arrives_is_kept_as_it_came(server, plan):
    """Target, headers and body are recorded byte for byte, the scenario's prefix cut off."""
    with server.playing(find(plan, "read.fullest")) as live:
        httpx.post(f"{live.base_url}/v1/a%2Fb%20c/%C3%A9?x=1", content=b'{"a": 1}', headers={"X-Odd": "1"})
    (request, _) = live.requests[0]
    assert ("POST", "/v1/a%2Fb%20c/%C3%A9?x=1", b'{"a": 1}') == (request.method, request.target, request.body)
    assert ("x-odd", "1") in request.headers


@pytest.mark.slow
def test_scenarios_at_once_do_not_mix(server, plan):
    """Each scenario answers and records its own, however many are played at once."""
    wanted = [each for each in plan if each.id.startswith("fail.status-")]

    def play(scenario):
        with server.playing(scenario) as live:
            answers = [httpx.post(live.base_url + "/x", content=scenario.id).status_code for _ in range(5)]
        return set(answers), {request.body.decode() for request, _ in live.requests}

    with ThreadPoolExecutor(len(wanted)) as pool:
        found = list(pool.map(play, wanted))
    assert [({each.reply.status}, {each.id}) for each in wanted] == found


def test_a_client_that_cuts_off_the_path_of_its_base_url_is_heard(server, plan):
    """Where one scenario is played, a request without its prefix can only mean that one."""
    with server.playing(find(plan, "fail.status-404")) as live:
        parts = urlsplit(live.base_url)
        assert 404 == httpx.post(f"{parts.scheme}://{parts.netloc}/v1/models", content=b"{}").status_code
    assert ["/v1/models"] == [request.target for request, _ in live.requests]


def raw(live, offer=""):
    """Return all the bytes that the server sends."""
    parts = urlsplit(live.base_url)
    with socket.create_connection((parts.hostname, parts.port), 10) as connection:
        head = f"POST {parts.path}/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n{offer}\r\n{{}}"
        connection.sendall(head.encode())
        found = b""
        try:
            while piece := connection.recv(65536):
                found += piece
        except ConnectionResetError:
            pass
    return found


@pytest.mark.parametrize("fate", ["fail.truncated", "fail.truncated-chunks", "fail.reset"])
def test_answers_break_off(server, plan, fate):
    """A body ends before its length, its chunks before the last, and a reset before any byte."""
    scenario = find(plan, fate)
    with server.playing(scenario) as live:
        head, _, body = raw(live).partition(b"\r\n\r\n")
    if fate == "fail.reset":
        assert b"" == head
        return
    assert 0 < len(body) < len(scenario.reply.body)
    framing = f"Content-Length: {len(scenario.reply.body)}".lower().encode()
    assert framing in head.lower() if fate == "fail.truncated" else b"transfer-encoding: chunked" in head.lower()
    assert not body.endswith(b"0\r\n\r\n")


def test_compression_is_for_those_who_offer_it(server, plan):
    """A client that offers no coding gets none (RFC 9110 section 12.5.3)."""
    scenario = find(plan, "read.compressed")
    with server.playing(scenario) as live:
        plain, packed = raw(live), raw(live, "Accept-Encoding: br, gzip;q=0.5\r\n")
        refused = raw(live, "Accept-Encoding: gzip;q=0\r\n")
    assert plain.endswith(scenario.reply.body)
    assert refused.endswith(scenario.reply.body)
    assert scenario.reply.body == gzip.decompress(packed.partition(b"\r\n\r\n")[2])


@pytest.mark.parametrize("fate", ["read.chunked", "read.slow"])
def test_whole_answers_arrive_whole(server, plan, fate):
    """Chunks and delays change nothing."""
    scenario = find(plan, fate)
    with server.playing(scenario) as live:
        assert scenario.reply.body == httpx.post(f"{live.base_url}/x", content=b"{}").content


def test_a_redirect_leads_to_nothing(server, plan):
    """Who follows it finds 404."""
    with server.playing(find(plan, "fail.redirect")) as live:
        response = httpx.post(f"{live.base_url}/v1/x", content=b"{}", follow_redirects=True)
    assert [302, 404] == [response.history[0].status_code, response.status_code]
