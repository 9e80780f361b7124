"""The reports of a run against a client: the same as of a server, and what the client made of each answer."""

import json
import re
import zlib
from base64 import b64decode

from conformance.reports.folding.fold import fold_run
from conformance.reports.pages import html
from conformance.reports.writing import write_reports


def exchanges(page):
    """Return what the page holds of each case."""
    found = []
    for packed in re.findall(rb'<script[^>]*type="[^"]*"[^>]*>([A-Za-z0-9+/=]{40,})</script>', page):
        try:
            found += json.loads(zlib.decompress(b64decode(packed)))
        except (ValueError, zlib.error):
            continue
    return [each["exchange"] for each in found if isinstance(each, dict) and "exchange" in each]


def test_what_a_client_made_of_an_answer_is_shown(client, run):
    """Beside request and answer stands what was returned or raised, and the command that plays the scenario again."""
    events = run(client, "fail.status-404").events
    shown = exchanges(html.render(fold_run(events)))
    assert ["returned", "raised CallError: 404"] == [each["client"]["line"] for each in shown]
    assert "conformance client --only fail.status-404 -- python harness.py" == shown[1]["play"]


def test_a_cause_shows_what_was_returned(client, run):
    """The page of a client that is wrong has the evidence in its causes."""
    client.check = client.validate = lambda _: None
    page = html.render(fold_run(run(client, "fail.status-404").events)).decode()
    assert "Returns the body for a status other than 200" in page
    assert "Repeat the scenario" in page
    assert "conformance replay" not in page.partition('id="cases"')[0]


def test_every_kind_of_report_is_written(client, run, tmp_path):
    """All reports of a server's run are made of a client's run as well."""
    client.validate = lambda _: None
    write_reports(run(client, "reject.name.*", "send.example").events, tmp_path)
    results = json.loads((tmp_path / "results.json").read_bytes())
    assert {"client-request", "client-response", "client-error"} == {row["group"] for row in results["requirements"]}
    assert all(path.stat().st_size for path in tmp_path.iterdir())
