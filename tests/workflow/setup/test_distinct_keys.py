"""Keys that cannot be told apart from the names of a document are refused."""

import pytest

from conformance.model.errors import UsageError
from conformance.workflow.setup.credentials.key_sources import credentials_of
from conformance.workflow.setup.options import RunOptions

PROBLEM = (
    "occurs in the names of the OpenAPI document, and cannot be told apart from them in responses; use another one"
)


def test_a_key_within_a_name_is_refused(contract):
    """Redaction would change what the target says of its own properties."""
    with pytest.raises(UsageError) as caught:
        credentials_of(contract, RunOptions(), "_replica")
    assert f"the key {PROBLEM}" == str(caught.value)
    assert "sk-abcdefgh" == credentials_of(contract, RunOptions(), "sk-abcdefgh").key


def test_so_is_a_secret_header(contract):
    """Each secret counts."""
    options = RunOptions(secret_headers=("X-Gate=MY_GATE",))
    with pytest.raises(UsageError) as caught:
        credentials_of(contract, options, "sk-abcdefgh", {"MY_GATE": "environments"})
    assert f"the value of the secret header X-Gate {PROBLEM}" == str(caught.value)
