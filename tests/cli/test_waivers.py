"""Waivers on the command line: what a person sees of them."""

from pathlib import Path

from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer

ROW = '[[waiver]]\nrequirement = "{}"\nowner = "Ada"\nreason = "soon"\nexpires = {}\n'


def test_waivers_are_shown_and_kept_in_the_journal(command, contract):
    """A waived cause is marked; an expired waiver fails again and says so, also when the reports are made anew."""
    faults = pick(contract, ("http.media-type-plain",))
    with BackgroundServer(reference_app(contract, faults=faults)) as server:
        call = ("run", "--target", server.url, "--only", "accept.fullest", "--repeats", "0", "--waivers", "w.toml")
        Path("w.toml").write_text(ROW.format("transport.media-type", "2999-01-01"))
        waived = command(*call)
        assert (0, "") == (waived.status, waived.err)
        assert "  waived Returns a success response with a media type other than JSON" in waived.out
        Path("w.toml").write_text(
            ROW.format("transport.media-type", "2001-01-01") + ROW.format("transport.date", "2999-01-01")
        )
        expired = command(*call)
    said = (
        "the waiver of transport.media-type (Ada) expired on 2001-01-01; what it covered fails again\n"
        "the waiver of transport.date (Ada) is no longer needed; remove it\n"
    )
    assert (1, said) == (expired.status, expired.err)
    assert "  must   Returns a success response with a media type other than JSON" in expired.out
    again = command("report", "conformance-report")
    assert (1, said) == (again.status, again.err)
