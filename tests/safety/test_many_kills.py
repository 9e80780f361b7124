"""Runs of `standard` over a socket, each killed with SIGKILL at a random moment and resumed.

There are a few of them: `CONFORMANCE_KILLS=100 pytest -m slow tests/safety/test_many_kills.py` makes a hundred, and
`CONFORMANCE_KILLS_FROM` says with which seed to begin, so that a hundred can be made in slices.
"""

import os
import random
import subprocess
import time

import pytest

from .killing import Recording, command, interrupted, seen, sent_again, serving, surplus

COUNT, FIRST = int(os.environ.get("CONFORMANCE_KILLS", "3")), int(os.environ.get("CONFORMANCE_KILLS_FROM", "0"))
pytestmark = pytest.mark.slow

FAULTS = (
    "rejects.UpdatePromotionSettingsV1.ramp_up_duration_seconds.beyond-float",
    "echo.UpdateAutoscalingSettingsV1.target_in_flight_tokens.other",
    "accepts.UpdateAutoscalingSettingsV1.concurrency_target.object",
)


def _run(url, out, *options):
    process = command(url, out, *options)
    _, complained = process.communicate(timeout=300)
    assert process.returncode in {0, 1}, complained


@pytest.mark.parametrize("faults", [(), FAULTS], ids=["right", "faulty"])
def test_a_hundred_kills(contract, tmp_path, capsys, faults):
    """Every run ends with the outcomes and patterns of an unbroken one, and sends nothing twice that has an answer."""
    unbroken, out = Recording(contract, faults), tmp_path / "unbroken"
    with serving(unbroken) as url:
        begun = time.monotonic()
        _run(url, out)
        seconds = time.monotonic() - begun
    expected, equal, again, cut, lost = seen(out), 0, 0, 0, 0
    for seed in range(FIRST, FIRST + COUNT):
        recording, out = Recording(contract, faults), tmp_path / str(seed)
        with serving(recording) as url:
            process = command(url, out)
            try:
                process.communicate(timeout=random.Random(seed).uniform(0.1, seconds))  # noqa: S311 (no secret)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
            cut += process.returncode == -9
            _run(url, out, "--resume")
        found, flying = seen(out), interrupted(out)
        equal += found == expected
        if found != expected:
            print(seed, {k: v for k, v in found.outcomes.items() if expected.outcomes[k] != v})  # noqa: T201 (why)
            print(found.patterns ^ expected.patterns)  # noqa: T201 (why)
        again += len(sent_again(out))
        lost += len(flying)
        if not faults:
            # The server's own log: with nothing to confirm, all it saw twice was in flight.
            assert surplus(recording, unbroken).total() <= len(flying)
    with capsys.disabled():
        print(f"\n  {COUNT} runs, {cut} killed, {equal} equal, {again} sent again though answered, {lost} in flight")  # noqa: T201 (the figure)
    assert (COUNT, 0) == (equal, again)
