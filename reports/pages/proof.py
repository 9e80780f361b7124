"""The reports of a proof: a table, proof.json, proof.md and proof.html."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import msgspec

from conformance.model.errors import UsageError, os_errors_as
from conformance.model.proof import FaultProof, Proof
from conformance.model.vocabulary import Group, Outcome, Strength
from conformance.reports.pages.page import page


class FaultFamily(msgspec.Struct, frozen=True):
    """The figures of one family of faults; `median` is that of the requests until the first finding."""

    name: str
    faults: int
    found: int
    by_own: int
    median: float


class Figures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept of earlier proofs: for each profile, the faults that were not found, and those found by others."""

    missed: dict[str, tuple[str, ...]] = {}
    by_another: dict[str, tuple[str, ...]] = {}


def families(faults: Sequence[FaultProof]) -> list[FaultFamily]:
    """Return the figures by family, in alphabetical order."""
    names = sorted({fault.family for fault in faults})
    return [_family(name, [fault for fault in faults if fault.family == name]) for name in names]


def open_folder(out: Path) -> None:
    """Make the folder for the reports, before anything is proven for it.

    Raises:
        UsageError: it cannot be made, or not be written to.

    """
    with os_errors_as(UsageError, f"cannot write {out}", "name another folder with --out"):
        out.mkdir(parents=True, exist_ok=True)
        (out / "proof.json").touch()


def write_proof(proof: Proof, out: Path) -> str:
    """Write the reports of a proof into the folder `out`; returns the table for a screen.

    Raises:
        UsageError: the folder cannot be written to.

    """
    text = "\n".join(_table(proof))
    with os_errors_as(UsageError, f"cannot write {out}", "name another folder with --out"):
        out.mkdir(parents=True, exist_ok=True)
        (out / "proof.json").write_bytes(_json(proof))
        (out / "proof.md").write_text("\n".join(_markdown(proof)) + "\n", encoding="utf-8")
        (out / "proof.html").write_bytes(_html(proof))
    return f"{text}\nreport: {out / 'proof.html'}"


def read_figures(path: Path) -> Figures:
    """Return the figures that are kept in a file.

    Raises:
        UsageError: the file cannot be read, or holds something else.

    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Figures)
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error.strerror}", "name the file that --update-figures wrote"
        ) from error
    except msgspec.DecodeError as error:
        raise UsageError(f"{path} is not a file of figures: {error}", "create it with --update-figures") from error


def write_figures(proof: Proof, path: Path) -> None:
    """Put the figures of a proof into a file, beside those of other profiles that it holds.

    Raises:
        UsageError: the file holds something else, or cannot be written.

    """
    kept, name = read_figures(path) if path.exists() else Figures(), proof.profile.value
    missed = tuple(fault.id for fault in proof.faults if not fault.found)
    by_another = tuple(fault.id for fault in proof.faults if fault.found and not fault.by_own)
    figures = Figures({**kept.missed, name: missed}, {**kept.by_another, name: by_another})
    with os_errors_as(UsageError, f"cannot write {path}", "name another file with --figures"):
        path.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=1) + b"\n")


def drop(proof: Proof, figures: Figures) -> tuple[str, ...]:
    """Return a message for each fault that is no longer found, or no longer by its own requirement."""
    missed = set(figures.missed.get(proof.profile.value, ()))
    silent = missed | set(figures.by_another.get(proof.profile.value, ()))
    lost = [fault for fault in proof.faults if not fault.found and fault.id not in missed]
    other = [fault for fault in proof.faults if fault.found and not fault.by_own and fault.id not in silent]
    return (
        *(f"{fault.id} is no longer found. {fault.reason}" for fault in lost),
        *(f"{fault.id} was found by {fault.requirement}, now by {fault.first}. {fault.reason}" for fault in other),
    )


def _family(name: str, faults: Sequence[FaultProof]) -> FaultFamily:
    found = [fault for fault in faults if fault.found]
    middle = float(median(fault.first_after for fault in found)) if found else 0.0
    return FaultFamily(name, len(faults), len(found), sum(fault.by_own for fault in faults), middle)


def _split(proof: Proof) -> tuple[list[FaultProof], list[FaultProof]]:
    """Return the faults of requirements that can fail a run, and those of advisory ones."""
    advisory = [fault for fault in proof.faults if fault.strength is Strength.ADVISORY]
    return [fault for fault in proof.faults if fault.strength is not Strength.ADVISORY], advisory


def _table(proof: Proof) -> Iterator[str]:
    weighty, advisory = _split(proof)
    width = max((len(family.name) for family in families(weighty)), default=6)
    yield f"{'family':{width}}  faults   found  by its own requirement  median requests"
    for family in [*families(weighty), _family("all", weighty)]:
        yield (f"{family.name:{width}}  {family.faults:6}  {family.found:6}  {family.by_own:22}  {family.median:15.1f}")
    if advisory:
        notes = _family("", advisory)
        yield f"faults of advisory requirements: {notes.faults}, noted: {notes.found}"
    yield f"{_percent(weighty)} of the faults found; false alarms on the reference server: {len(proof.alarms)}"


def _json(proof: Proof) -> bytes:
    """Return the proof with its figures: all that can fail a run by family, and what is noted."""
    weighty, advisory = _split(proof)
    figures = {"all": _family("all", weighty), "advisory": _family("advisory", advisory), "families": families(weighty)}
    whole = {**msgspec.to_builtins(proof), "figures": msgspec.to_builtins(figures)}
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def _percent(faults: Sequence[FaultProof]) -> str:
    # Cut, not rounded: 99.96 % is not all.
    share = sum(fault.found for fault in faults) * 1000 // max(len(faults), 1)
    return f"{share / 10:.1f} %"


def _markdown(proof: Proof) -> Iterator[str]:
    weighty, advisory = _split(proof)
    yield f"# What the suite finds: {proof.profile.value}"
    yield ""
    yield f"{proof.operation}, document `{proof.sha256[:12]}`, suite {proof.suite_version}."
    yield f"{_percent(weighty)} of {len(weighty)} faults found, {len(proof.alarms)} false alarms."
    yield ""
    yield "| family | faults | found | by its own requirement | median requests |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for family in [*families(weighty), _family("all", weighty)]:
        yield f"| {family.name} | {family.faults} | {family.found} | {family.by_own} | {family.median:.1f} |"
    if advisory:
        notes = _family("", advisory)
        yield f"\nFaults of advisory requirements: {notes.faults}, of which {notes.found} are noted."
    missed = [fault for fault in proof.faults if not fault.found]
    if missed:
        yield "\nNot found:\n"
        for fault in missed:
            yield f"- `{fault.id}` ({fault.requirement}): {fault.sentence} {fault.reason}."
    other = [fault for fault in proof.faults if fault.found and not fault.by_own]
    if other:
        yield "\nFound by another requirement than its own:\n"
        for fault in other:
            yield f"- `{fault.id}` ({fault.requirement}), by {fault.first}. {fault.reason}."


def _html(proof: Proof) -> bytes:
    weighty, advisory = _split(proof)
    groups = [group.value for group in Group if any(fault.group == group.value for fault in proof.faults)]
    rows = []
    for family in families(proof.faults):
        own = [fault for fault in proof.faults if fault.family == family.name]
        cells = [[fault for fault in own if fault.group == group] for group in groups]
        rows.append((family, [(sum(f.found for f in cell), len(cell)) for cell in cells]))
    found = sum(fault.found for fault in weighty)
    return page(
        "proof.html.j2",
        ["history.js"],
        proof=proof,
        rows=rows,
        groups=groups,
        share=_percent(weighty),
        weighty=weighty,
        found=found,
        advisory=advisory,
        tone=Outcome.PASSED if found == len(weighty) and not proof.alarms else Outcome.WARNED,
        noted=sum(fault.found for fault in advisory),
        missed=[fault for fault in proof.faults if not fault.found],
        other=[fault for fault in proof.faults if fault.found and not fault.by_own],
    )
