"""The reference server for runs that have it in their own process."""

from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app

from .serving import KEY

app = reference_app(load_contract(), key=KEY, responses="fresh")
