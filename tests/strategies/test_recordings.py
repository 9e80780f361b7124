"""Recordings of generated cases: the same ones without the process that generates them, and never wrong ones."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.contract.contract import load_contract
from conformance.journal.events import RequestSent
from conformance.journal.reading import read_journal
from conformance.model.case import Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.labelling import body_case
from conformance.strategies.random.process import recordings
from conformance.strategies.random.process.generator_process import GeneratorProcess
from conformance.strategies.random.process.messages import (
    Cover,
    Draw,
    Ended,
    Fuzz,
    Generated,
    GeneratorConfig,
    Result,
    SourceFailed,
)
from conformance.strategies.random.process.recorded import RecordedGenerator
from conformance.strategies.random.process.recordings import VARIABLE, Recording
from conformance.workflow.run import run
from conformance.workflow.setup.options import RunOptions

DOCUMENT = load_contract().document.sha256
CONFIG = GeneratorConfig(parameters={"model_id": "abc"}, seed=3, phases={"one": Draw(3), "two": Draw(6)})
BUILD = Builder(load_contract(), {"model_id": "abc"})


def case(value: int) -> Case:
    """Return a case."""
    return body_case(BUILD, "hypothesis", {"name": "x", "autoscaling_settings": {"min_replica": value}}, None)


GOOD: tuple[Result, ...] = (Generated(case(1)), Ended(), Generated(case(2)), Generated(case(3)), Ended())


class Generator:
    """Generates results that are there already, and tells whether it was started."""

    phases = ("one", "two")

    def __init__(self, results: Sequence[Result] = GOOD) -> None:
        self.results = list(results)
        self.started = False

    async def start(self) -> None:
        """Note it."""
        self.started = True

    async def next(self) -> Result | None:
        """Return the next result."""
        await asyncio.sleep(0)
        return self.results.pop(0) if self.results else None

    def stop(self) -> None:
        """Generate nothing more."""
        self.results = []

    async def close(self) -> None:
        """Do nothing: there is no process."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of recordings."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def recording(config: GeneratorConfig = CONFIG, document: str = DOCUMENT) -> Recording:
    """Return the recording of a configuration that has one."""
    found = Recording.of(config, document)
    assert found is not None
    return found


def handed_out(generator: Generator, *, most: int = 100) -> list[Result]:
    """Return what is handed out in place of a generator, at most so many results before it is stopped."""

    async def collect() -> list[Result]:
        source, found = RecordedGenerator(generator, recording()), []
        await source.start()
        while len(found) < most and (result := await source.next()) is not None:
            found.append(result)
        await source.close()
        assert await source.next() is None
        return found

    return asyncio.run(collect())


def test_a_second_run_has_the_same_results_and_starts_no_generator() -> None:
    """Those of all phases, with their ends."""
    assert list(GOOD) == handed_out(Generator())
    second = Generator([])
    assert list(GOOD) == handed_out(second)
    assert not second.started


@pytest.mark.parametrize(
    "results",
    [GOOD[:3], (*GOOD[:4], Ended("MemoryError")), (SourceFailed("gone"), *GOOD)],
    ids=["a phase has no end", "a phase broke", "a source failed"],
)
def test_what_was_not_generated_to_its_end_is_not_recorded(results: Sequence[Result], folder: Path) -> None:
    """The next run tries again."""
    handed_out(Generator(results))
    assert not folder.exists()


def test_what_was_stopped_is_not_recorded(folder: Path) -> None:
    """Whoever stops early has only a part."""
    assert 2 == len(handed_out(Generator(), most=2))
    assert not folder.exists()


def test_several_tasks_get_each_result_once() -> None:
    """In a run with several requests in flight, recorded or not; what they leave is the order of the generator."""

    async def shared() -> list[Result]:
        source, found = RecordedGenerator(Generator(), recording()), []

        async def work() -> None:
            while (result := await source.next()) is not None:
                found.append(result)

        await asyncio.gather(*(work() for _ in range(3)))
        await source.close()
        return found

    assert list(GOOD) == asyncio.run(shared()) == asyncio.run(shared()) == recording().read()


@pytest.mark.parametrize(
    "other",
    [
        replace(CONFIG, seed=4),
        replace(CONFIG, parameters={"model_id": "xyz"}),
        replace(CONFIG, operation="POST /other"),
        replace(CONFIG, phases={"one": Draw(3), "two": Draw(7)}),
        replace(CONFIG, phases={"two": Draw(3), "one": Draw(6)}),
        replace(CONFIG, phases={"one": Cover(), "two": Draw(6)}),
    ],
)
def test_another_configuration_has_a_recording_of_its_own(other: GeneratorConfig) -> None:
    """The path of the document is no part of it: its content is."""
    assert recording(other).path != recording().path
    assert recording(document="0" * 64).path != recording().path
    assert recording(replace(CONFIG, spec="elsewhere.yaml")).path == recording().path


def test_another_library_or_source_has_a_recording_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that draws other cases must not get those of this one."""
    before = recording().path
    (tmp_path / "library").mkdir()
    monkeypatch.syspath_prepend(tmp_path / "library")
    assert recording().path == before
    (tmp_path / "library" / "hypothesis-99.0.dist-info").mkdir()
    assert recording().path != before
    monkeypatch.setattr(recordings, "SOURCES", ("conformance.checks",))
    another = recording().path
    monkeypatch.setattr(recordings, "SOURCES", ("conformance.strategies",))
    assert recording().path != another


def test_campaigns_and_values_of_the_user_are_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first have no end; the second may be secret. The variable turns all of it off."""
    assert Recording.of(replace(CONFIG, phases={"one": Draw(3), "two": Fuzz(("sampler",))}), DOCUMENT) is None
    assert Recording.of(replace(CONFIG, fixed={"token": "hunter2hunter2"}), DOCUMENT) is None
    monkeypatch.setenv(VARIABLE, "")
    assert Recording.of(CONFIG, DOCUMENT) is None


@given(st.data())
def test_a_damaged_recording_is_made_anew(data: st.DataObject) -> None:
    """Cut off, longer, or with another byte anywhere: no result of it is handed out."""
    file = recording()
    file.write(GOOD)
    whole = file.path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damages = [whole[:at], whole + whole[at:], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]]
    file.path.write_bytes(data.draw(st.sampled_from(damages)))
    assert file.read() is None
    assert list(GOOD) == handed_out(Generator())
    assert list(GOOD) == file.read()


@pytest.mark.parametrize("payload", [b"\0\0\0\4", b"\0\0\0\1\xff", recordings.frame(CONFIG)])
def test_a_recording_of_something_else_is_no_recording(payload: bytes) -> None:
    """Whoever can write there can make its digest right; what is read is checked all the same."""
    file = recording()
    file.write(GOOD)
    file.path.write_bytes(recordings.MARK + recordings._digest(payload) + payload)  # noqa: SLF001 (as an attacker would)
    assert file.read() is None


def test_what_belongs_to_another_user_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that all may write to, another user could plant requests."""
    file = recording()
    file.write(GOOD)
    assert file.read() is not None
    monkeypatch.setattr(os, "geteuid", lambda: file.path.stat().st_uid + 1)
    assert file.read() is None


def test_what_is_no_file_is_not_waited_for(folder: Path) -> None:
    """A pipe that nobody writes to would block a run for ever; a folder cannot be replaced."""
    folder.mkdir()
    os.mkfifo(recording().path)
    assert recording().read() is None
    recording().path.unlink()
    recording().path.mkdir()
    assert list(GOOD) == handed_out(Generator())
    assert [recording().path] == list(folder.iterdir())


def test_where_nothing_can_be_written_the_run_goes_on(folder: Path) -> None:
    """A file is in the place of the folder."""
    folder.write_text("mine")
    assert list(GOOD) == handed_out(Generator())
    assert "mine" == folder.read_text()


def test_the_folder_is_for_its_owner_and_has_a_bound(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest recordings go first; one that is too large is not kept."""
    monkeypatch.setattr(recordings, "MOST_RECORDINGS", 3)
    files = [recording(replace(CONFIG, seed=seed)) for seed in range(5)]
    for age, file in enumerate(files):
        file.write(GOOD)
        os.utime(file.path, (1000 + age, 1000 + age))
    files[0].write(GOOD)
    assert {files[0].path, *(file.path for file in files[3:])} == set(folder.iterdir())
    assert (0o700, 0o600) == (folder.stat().st_mode & 0o777, files[0].path.stat().st_mode & 0o777)
    monkeypatch.setattr(recordings, "MOST_BYTES", 1000)
    assert files[0].read() is None
    files[1].write(GOOD)
    assert not files[1].path.exists()


def test_without_the_variable_the_folder_is_in_the_cache_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has it."""
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere/cache")
    found = recordings.cache_folder()
    assert found is not None
    assert "environment-conformance" == found.name


def test_a_run_from_a_recording_sends_what_the_first_run_sent(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cases of both libraries, in the same order; the second run starts no process, and no key is kept."""
    options = RunOptions(phases=("schemathesis", "hypothesis"), concurrency=1, reports=())
    first = run(replace(options, out=tmp_path / "first")).results
    (file,) = folder.iterdir()
    assert b"conformance-local-key" not in file.read_bytes()

    async def no_process(_: GeneratorProcess) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(GeneratorProcess, "start", no_process)
    monkeypatch.setattr(GeneratorProcess, "next", no_process)
    second = run(replace(options, out=tmp_path / "second")).results
    assert sent(tmp_path / "first") == sent(tmp_path / "second")
    assert first.phases == second.phases
    assert 100 < len(sent(tmp_path / "second"))


def sent(folder: Path) -> list[str]:
    """Return the ids of the cases that a run sent, in their order."""
    return [event.case.id for event in read_journal(folder) if isinstance(event, RequestSent)]
