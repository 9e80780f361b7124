"""What all tests share: the contract, and the cases that are made from it."""

import gc
import signal
from collections.abc import Iterator

import pytest

from conformance.contract.contract import Contract, load_contract
from conformance.model.case import Item
from conformance.model.vocabulary import Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.strategies.random.process.recordings import VARIABLE as CACHE
from conformance.workflow.setup import preparation


def pytest_configure() -> None:
    """Let what the tests start be interrupted: a shell that starts them in the background has SIGINT ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what is loaded by now: it stays until the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def contract() -> Contract:
    """Return the contract of the published document."""
    return load_contract()


@pytest.fixture(scope="session", autouse=True)
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Leave the cache folder of the user alone, in the processes as well that tests start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE, str(tmp_path_factory.mktemp("recordings")))
        yield


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> Iterator[None]:
    """Make each catalogue once a process: hundreds of runs send the same cases, and nothing changes them."""
    made: dict[object, tuple[tuple[Item, ...], tuple[str, ...]]] = {}

    def made_once(contract: Contract, profile: Profile, knowledge: Knowledge, lost: list[str]) -> tuple[Item, ...]:
        held = (contract.document.sha256, contract.operation.name, contract.requirements, repr(contract.prose))
        key = (*held, profile, repr(knowledge))
        if key not in made:
            left_out: list[str] = []
            made[key] = catalogue(contract, profile, knowledge, left_out), tuple(left_out)
        lost += made[key][1]
        return made[key][0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparation, "catalogue", made_once)
        yield
