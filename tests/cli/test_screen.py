"""What a run shows while it is under way: how far it is, by the plan, whatever else is sent."""

import re

STEP = re.compile(r"(\d+) of (\d+) requests(?:, (\d+) sent in all)?(?:, |$)")


def test_repeats_do_not_count_against_the_plan(command, serve, monkeypatch):
    """A run that sends failures again never shows more requests than it planned; the others are told apart."""
    monkeypatch.setattr("conformance.cli.screen.LINE_EVERY_SECONDS", 0.0)
    server = serve(lambda _, __: (500, {}, b"{}"))
    ended = command("run", "--target", server.url, "--only", "accept.all.*", "--profile", "smoke", "--repeats", "2")
    steps = [found for line in ended.out.splitlines() if (found := STEP.match(line))]
    planned = re.search(r"^smoke: (\d+) requests", ended.out, re.MULTILINE)
    assert planned is not None
    assert {planned[1]} == {step[2] for step in steps}
    assert int(planned[1]) == max(int(step[1]) for step in steps)
    in_all = max(int(step[3] or 0) for step in steps)
    assert int(planned[1]) < in_all <= server.requests


def test_a_run_without_repeats_counts_the_plan_alone(command, right, monkeypatch):
    """Where nothing is sent beyond the plan, nothing but the plan is told."""
    monkeypatch.setattr("conformance.cli.screen.LINE_EVERY_SECONDS", 0.0)
    ended = command("run", "--target", right, "--only", "accept.all.*", "--profile", "smoke", "--concurrency", "1")
    planned = re.search(r"^smoke: (\d+) requests", ended.out, re.MULTILINE)
    assert planned is not None
    expected = [f"{number} of {planned[1]} requests" for number in range(1, int(planned[1]) + 1)]
    assert expected == [line for line in ended.out.splitlines() if STEP.match(line)]
