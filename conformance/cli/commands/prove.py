"""`conformance prove`: measure which faults of the mock server the suite finds."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from conformance.cli.options import DOCUMENT, with_options
from conformance.model.vocabulary import Profile


@click.command(short_help="Measure which faults of the mock server the suite finds.")
@click.option(
    "--profile",
    type=click.Choice([Profile.SMOKE.value, Profile.STANDARD.value, Profile.FULL.value]),
    default=Profile.STANDARD.value,
    show_default=True,
    help="How much to send.",
)
@click.option(
    "--fault", "faults", multiple=True, metavar="GLOB", help="Id or glob of faults to test. Repeatable.  [default: all]"
)
@click.option("--whole", is_flag=True, help="Send the whole plan for each fault, also after its requirement failed.")
@click.option("--wire", is_flag=True, help="Send over a socket instead of in process.")
@click.option(
    "--processes", type=click.IntRange(min=0), default=0, help="Number of processes.  [default: one per processor]"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("conformance-proof"),
    show_default=True,
    help="Directory for proof.json, proof.html and proof.md.",
)
@click.option(
    "--figures",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Expected figures (JSON); exit status 1 if one is worse.",
)
@click.option("--update-figures", is_flag=True, help="Write the figures of this proof to the file given by --figures.")
@with_options(*DOCUMENT)
def prove(
    *,
    profile: str,
    out: Path,
    figures: Path | None,
    update_figures: bool,
    **chosen: Any,  # noqa: ANN401 (what else to prove: fields of `ProofOptions`)
) -> int:
    """Run the suite against the reference server, and against each fault of the mock server.

    Only cases of the catalogue are sent: random cases differ between versions of Schemathesis and Hypothesis.

    Exit status: 1 when there is a false alarm, or when fewer faults are found than --figures expect; else 0.
    """
    from rich.console import Console  # noqa: PLC0415  (as below)
    from rich.progress import Progress  # noqa: PLC0415  (as below)

    from conformance.model.errors import UsageError  # noqa: PLC0415  (as below)
    from conformance.reports.pages.proof import drop, open_folder, read_figures, write_figures, write_proof  # noqa: PLC0415  (as below)
    from conformance.workflow.proof.proving import ProofOptions  # noqa: PLC0415  (loads what only a proof needs)
    from conformance.workflow.proof.proving import prove as carry_out  # noqa: PLC0415  (loads what only a proof needs)

    options = ProofOptions(profile=Profile(profile), **chosen)
    if update_figures and (figures is None or options.faults):
        raise UsageError("--update-figures needs --figures, and all faults", "add --figures and remove --fault")
    kept = read_figures(figures) if figures is not None and not update_figures else None
    open_folder(out)
    console = Console(stderr=True)
    bar = Progress(console=console, transient=True)
    # Some versions of rich print a line end where a bar that is not shown ends.
    with bar if console.is_terminal else nullcontext():
        task = bar.add_task("faults", total=None)

        def step(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        proof = carry_out(options, step)
    click.echo(write_proof(proof, out))
    lost = drop(proof, kept) if kept is not None else ()
    if figures is not None and update_figures:
        write_figures(proof, figures)
    for each in lost:
        click.echo(each, err=True)
    return 1 if proof.alarms or lost else 0
