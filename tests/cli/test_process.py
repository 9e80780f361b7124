"""What a command changes in its process, and changes back for whoever calls it from Python."""

import gc

import pytest

from conformance import cli


@pytest.mark.parametrize("status", [0, 3])
def test_garbage_is_collected_as_often_as_before_once_a_command_has_ended(status, monkeypatch):
    """While a command runs, it is collected less often."""
    before, during = gc.get_threshold(), []

    def command(_given, **_options):
        during.append(gc.get_threshold()[0])
        return status

    monkeypatch.setattr(cli, "_status", command)
    with pytest.raises(SystemExit):
        cli.main(["run"])
    assert ([cli.OBJECTS], before) == (during, gc.get_threshold())
