"""Cases: what follows from a request alone."""

import pytest

from conformance.model.case import ENCODINGS, SLOT, Request, renamed


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_name_is_replaced_in_every_encoding(encoding: str) -> None:
    """A body in UTF-16 or UTF-32 gets its fresh name as well, and so does the target."""
    name = SLOT.replace("0", "7")
    body = f'{{"name": "{SLOT}", "é": 1}}'.encode(encoding)
    request = renamed(Request("POST", f"/{SLOT}", body=body), SLOT, name)
    assert (f"/{name}", f'{{"name": "{name}", "é": 1}}') == (request.target, (request.body or b"").decode(encoding))
