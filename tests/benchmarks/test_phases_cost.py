"""What the random phases of the default run cost beside the catalogue."""

import os
import resource
import subprocess
import sys

COMMAND = "from conformance.cli import main; main()"
TIMES = 5
MOST = 1.8


def seconds(folder, *arguments):
    """Return the processor time of a run against the reference server, its other processes included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", COMMAND, "run", "--quiet", *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("CONFORMANCE_")},
        capture_output=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_random_phases_cost_less_than_the_catalogue(tmp_path, told):
    """All three phases take less than 1.8 times the processor time of the catalogue alone, in turns, by the least.

    What else the machine does only ever adds. On two cores the cases are made beside the sending, so the time that a
    user waits grows by less.
    """
    pairs = [(seconds(tmp_path), seconds(tmp_path, "--phases", "catalogue")) for _ in range(TIMES)]
    default, alone = (min(column) for column in zip(*pairs, strict=True))
    told("processor seconds of a run", default=default, catalogue_alone=alone, ratio=default / alone)
    assert default < MOST * alone
