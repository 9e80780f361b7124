"""One campaign over six targets: two servers of other makers, the mock right, wrong and slow, and one that is down."""

import asyncio
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from conformance.contract.contract import Contract
from tests.acceptance.conftest import Serve
from tests.acceptance.servers import PRISM
from tests.safety.killing import Recording, sent_again, serving, started


class _Slow(Recording):
    """A right server that takes its time."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a little later."""
        await asyncio.sleep(0.02)
        await super().__call__(scope, receive, send)


def test_it_is_killed_and_resumed_and_says_the_same(
    serve: Serve, fastapi: str, contract: Contract, tmp_path: Path
) -> None:
    """One matrix has all six, the one that is down is inconclusive, and what has a response is not sent again."""
    right, slow = Recording(contract, constant=True), _Slow(contract, constant=True)
    wrong = Recording(contract, ["echo.*.min_replica.other"], constant=True)
    with ExitStack() as stack:
        urls = {"prism": serve("prism", *PRISM), "fastapi": fastapi}
        urls |= {
            name: stack.enter_context(serving(each))
            for name, each in {"wrong": wrong, "right": right, "slow": slow}.items()
        }
        urls["down"] = "http://127.0.0.1:9"
        targets = "".join(f"[targets.{name}]\ntarget = '{url}'\n" for name, url in urls.items())
        targets = targets.replace("[targets.prism]", "[targets.prism]\nstateless = true")

        def campaign(out: str, *options: str) -> Any:
            file = tmp_path / f"{out}.toml"
            file.write_text(f"out = '{out}'\n[defaults]\nprofile = 'smoke'\nrepeats = 0\n{targets}")
            return started(tmp_path, "campaign", file.name, "--quiet", *options)

        whole, _ = campaign("whole").communicate(timeout=120)
        wrong.kill_at = len(wrong.log) + 60
        wrong.process = campaign("killed")
        wrong.process.communicate(timeout=120)
        resumed = campaign("killed", "--resume")
        lines, said = resumed.communicate(timeout=120)
    assert -signal.SIGKILL == wrong.process.returncode
    assert (1, whole.decode().replace("whole/", "killed/")) == (resumed.returncode, lines.decode()), said.decode()
    verdicts = dict(line.split(": ", 1) for line in lines.decode().splitlines())
    assert ("conforming", "not conforming", "conforming") == tuple(
        verdicts[each] for each in ("right", "wrong", "slow")
    )
    assert verdicts["down"].startswith("inconclusive")
    page = (tmp_path / "killed/matrix.html").read_text()
    assert [] == [name for name in urls if name not in page]
    assert [] == [again for name in urls if name != "down" for again in sent_again(tmp_path / "killed" / name)]
