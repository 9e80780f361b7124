"""The options that say how a target is reached, for every command that sends to one."""

from functools import partial
from pathlib import Path

import click

from conformance.cli.options import F, option
from conformance.workflow.setup.options import DEFAULT_KEY_VARIABLE

SECONDS = click.FloatRange(min=0, min_open=True)
FILE = click.Path(path_type=Path)

target = partial(option, "What is tested")
safety = partial(option, "What it may do to the target")
pace = partial(option, "How fast, and until when")
reach = partial(option, "How it is reached")
judging = partial(option, "How it is judged and reported")

OPTIONS = (
    reach(
        "--api-key-env",
        metavar="NAME",
        show_default=f"{DEFAULT_KEY_VARIABLE}; on this machine a made-up key",
        help="Environment variable that holds the key, of at least 8 characters.",
    ),
    reach("--api-key-file", type=FILE, metavar="FILE", help="File that holds the key."),
    reach(
        "--api-key-command",
        metavar="COMMAND",
        help="Command that writes the key; run again when the target no longer takes it.",
    ),
    reach("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Header for every request. Repeatable."),
    reach(
        "--secret-header",
        "secret_headers",
        multiple=True,
        metavar="NAME[=VARIABLE]",
        help="A header whose value, of at least 8 characters, is shown nowhere: that of --header, or of a variable. "
        "Repeatable.",
    ),
    reach("--ca-bundle", type=FILE, metavar="FILE", help="Certificates to trust (PEM), not the system's."),
    reach("--client-cert", type=FILE, metavar="FILE", help="Certificate to show to the target (PEM)."),
    reach("--client-key", type=FILE, metavar="FILE", help="Its key, where it is in another file."),
    safety(
        "--allow-host",
        "allow_hosts",
        multiple=True,
        metavar="HOST",
        help="A host that is not this machine and may be sent to. Repeatable.",
    ),
    safety("--allow-plaintext", is_flag=True, help="Send the key to such a host over http."),
    pace(
        "--rate",
        type=SECONDS,
        metavar="N",
        show_default="none on this machine, 20 elsewhere",
        help="Requests a second, at most.",
    ),
    pace("--timeout", type=SECONDS, default=10.0, metavar="S", help="Seconds for one exchange."),
    pace(
        "--max-body",
        type=click.IntRange(min=1),
        default=10_000_000,
        metavar="BYTES",
        help="Bytes of an answer.",
    ),
)


def reaching(function: F) -> F:
    """Give a command the options that say how its target is reached."""
    for each in reversed(OPTIONS):
        function = each(function)
    return function
