"""The proofs that the documents call for are made as they are written, and give the figures of the README."""

import re
import shlex

import msgspec
import pytest

from conformance.cli import cli, main
from conformance.model.proof import FaultProof
from conformance.model.vocabulary import Strength
from tests.cli.documents import Way, by, text_of

ROW = re.compile(r"^\| (smoke|standard|full) \|(.*)\|$", re.MULTILINE)
CALLS = sorted({each.text for each in by(Way.PROOF)})


def profile_of(call):
    """Return the profile that a call asks for, or the one that is meant where it says nothing."""
    _, name, *words = shlex.split(call)
    return cli.commands[name].make_context(name, words).params["profile"]


@pytest.fixture(scope="module", params=sorted({profile_of(call) for call in CALLS}))
def proof(request, tmp_path_factory):
    """Return the profile, what the proof of it wrote, and the exit status; the call is the longest that asks for it."""
    call = max((call for call in CALLS if profile_of(call) == request.param), key=len)
    folder = tmp_path_factory.mktemp("proof")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main(shlex.split(call)[1:])
    told = msgspec.json.decode((folder / "conformance-proof" / "proof.json").read_bytes())
    return request.param, told, ended.value.code


def test_no_false_alarm(proof):
    """The command ends well, which it does not where the right server was found fault with."""
    _, told, status = proof
    assert (0, []) == (status, told["alarms"])


def test_the_figures_of_the_readme(proof):
    """Requests, faults that can fail a run, the share of them that is found, and how many by their own requirement."""
    profile, told, _ = proof
    faults = [msgspec.convert(each, FaultProof, strict=False) for each in told["faults"]]
    weighty = [each for each in faults if each.strength is not Strength.ADVISORY]
    share = sum(each.found for each in weighty) / len(weighty)
    figures = (told["requests"], len(weighty), sum(each.by_own for each in weighty), len(told["alarms"]))
    requests, number, by_own, alarms = (f"{each:,}" for each in figures)
    rows = {name: [cell.strip() for cell in cells.split("|")] for name, cells in ROW.findall(text_of("README.md"))}
    assert [requests, number, f"{share:.1%}".replace("%", " %"), by_own, alarms] == rows[profile]
