"""The suite by each patched document: a run of its own reference server, and a proof of its faults.

`python -m tests.drift.patched_documents --out patched.md` writes a table of all patches; `--patch NAME` chooses some,
`--fault GLOB` some faults, and `--new` those that the held document does not have, and those of credentials. In profile
`standard` a patch has 1,400 faults, and needs four minutes of two processors; with `--new` half a minute.
"""

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from conformance.contract.contract import contract_of, load_contract
from conformance.mock.faults.catalogue import faults
from conformance.model.vocabulary import Profile, Strength, Verdict
from conformance.workflow.proof.proving import ProofOptions, prove
from conformance.workflow.run import run
from conformance.workflow.setup.options import RunOptions

from .patches import PATCHES, Patch, patched


class Figures(msgspec.Struct, frozen=True):
    """What came of one patch.

    `against` are the causes that a run of the reference server found, `alarms` what the proof found on it, and `missed`
    the faults of strength must or should that it did not find.
    """

    patch: str
    verdict: Verdict
    requests: int
    against: tuple[str, ...]
    faults: int
    alarms: int
    missed: tuple[str, ...]
    elsewhere: int

    def __str__(self) -> str:
        """Return the row of the table."""
        wrong = "; ".join((*self.against, *self.missed)) or "nothing"
        found = self.faults - len(self.missed)
        cells = (self.patch, self.verdict.value, self.requests, f"{found} of {self.faults}", self.elsewhere, wrong)
        return "| " + " | ".join(map(str, cells)) + " |"


def figures_of(patch: Patch, folder: Path, profile: Profile, chosen: Sequence[str], processes: int) -> Figures:
    """Return what comes of one patch; a glob of faults that names none is passed over."""
    path = folder / f"{patch.__name__}.json"
    path.write_text(patched(load_contract(), patch).text, encoding="utf-8")
    results = run(RunOptions(spec=path, profile=profile, out=folder / patch.__name__, reports=())).results
    proof = prove(ProofOptions(spec=path, profile=profile, faults=tuple(chosen), processes=processes))
    weighty = [each for each in proof.faults if each.strength is not Strength.ADVISORY]
    return Figures(
        patch.__name__,
        results.verdict,
        results.counts.requests,
        tuple(each.sentence for each in results.causes if each.strength is not Strength.ADVISORY),
        len(weighty),
        len(proof.alarms),
        tuple(each.id for each in weighty if not each.found),
        sum(each.found and not each.by_own for each in weighty),
    )


def new_faults(patch: Patch) -> list[str]:
    """Return the faults of a patched document that the held one does not have, and those of credentials."""
    held = load_contract()
    made = contract_of(patched(held, patch).text.encode(), "patched.json", held.operation.name)
    known = {each.id for each in faults(held)}
    return [each.id for each in faults(made) if each.id not in known or each.id.startswith("auth.")]


def table(found: Iterable[Figures]) -> Iterator[str]:
    """Yield the lines of the table."""
    yield "| patch | verdict | requests | faults found | by another requirement | wrong |"
    yield "| --- | --- | ---: | ---: | ---: | --- |"
    yield from map(str, found)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patch", action="append", choices=[each.__name__ for each in PATCHES])
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--new", action="store_true")
    parser.add_argument("--profile", type=Profile, default=Profile.STANDARD)
    parser.add_argument("--processes", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    chosen = [each for each in PATCHES if not given.patch or each.__name__ in given.patch]
    with tempfile.TemporaryDirectory() as folder, given.out.open("w", encoding="utf-8") as file:
        made = (
            figures_of(
                each, Path(folder), given.profile, new_faults(each) if given.new else given.fault, given.processes
            )
            for each in chosen
        )
        for line in table(made):
            file.write(line + "\n")
            file.flush()


if __name__ == "__main__":
    main()
