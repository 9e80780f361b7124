"""Recordings of generated cases: the same ones without the process that generates them, and never wrong ones."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import platformdirs
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
from conformance.strategies.random.process import recorded, recordings
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
    frame,
)
from conformance.strategies.random.process.recorded import RecordedGenerator
from conformance.strategies.random.process.recordings import SOURCES, VARIABLE, Recording
from conformance.workflow.run import run
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import prepare
from conformance.workflow.setup.random_phases import follow_up_phases

DOCUMENT = load_contract().document.sha256
CONFIG = GeneratorConfig(
    document=DOCUMENT, parameters={"model_id": "abc"}, seed=3, phases={"one": Draw(3), "two": Draw(6)}
)
BUILD = Builder(load_contract(), {"model_id": "abc"})


def case(value: int) -> Case:
    """Return a case."""
    return body_case(BUILD, "hypothesis", {"name": "x", "autoscaling_settings": {"min_replica": value}}, None)


GOOD: tuple[Result, ...] = (Generated(case(1)), Ended(), Generated(case(2)), Generated(case(3)), Ended())
FRAMES = b"".join(map(frame, GOOD))


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


def recording(config: GeneratorConfig = CONFIG) -> Recording:
    """Return the recording of a configuration that has one."""
    found = Recording.of(config)
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
    assert recording(replace(CONFIG, document="0" * 64)).path != recording().path
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
    another = recording().path
    monkeypatch.setattr(sys, "version", "another Python")
    assert recording().path != another


def test_every_file_that_decides_a_case_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prose and requirements as well, which are no modules; compiled modules do not."""
    (tmp_path / "rules" / "below").mkdir(parents=True)
    (tmp_path / "rules" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(recordings, "SOURCES", ("rules",))
    paths = {recording().path}
    for name in ("below/prose.yaml", "below/rows.json", "module.py"):
        (tmp_path / "rules" / name).write_text("1")
        paths.add(recording().path)
        (tmp_path / "rules" / name).write_text("2")
        paths.add(recording().path)
    assert 7 == len(paths)
    (tmp_path / "rules" / "module.pyc").write_text("3")
    assert recording().path in paths
    assert {"spec", "strategies", "classify", "contract", "model"} <= {each.split(".")[1] for each in SOURCES}


def test_campaigns_and_values_of_the_user_are_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first have no end; the second may be secret. The variable turns all of it off."""
    assert Recording.of(replace(CONFIG, phases={"one": Draw(3), "two": Fuzz(("sampler",))})) is None
    assert Recording.of(replace(CONFIG, fixed={"token": "hunter2hunter2"})) is None
    monkeypatch.setenv(VARIABLE, "")
    assert Recording.of(CONFIG) is None


@given(st.data())
def test_a_damaged_recording_is_made_anew(data: st.DataObject) -> None:
    """Cut off, longer, or with another byte anywhere: no result of it is handed out."""
    file = recording()
    file.write(FRAMES)
    whole = file.path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damages = [whole[:at], whole + whole[at:], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]]
    file.path.write_bytes(data.draw(st.sampled_from(damages)))
    assert file.read() is None
    assert list(GOOD) == handed_out(Generator())
    assert list(GOOD) == file.read()


@pytest.mark.parametrize("payload", [b"\0\0\0\4", b"\0\0\0\1\xff", frame(CONFIG)])
def test_a_recording_of_something_else_is_no_recording(payload: bytes) -> None:
    """Whoever can write there can make its digest right; what is read is checked all the same."""
    file = recording()
    file.write(FRAMES)
    file.path.write_bytes(file._seal(payload) + payload)  # noqa: SLF001 (as an attacker would)
    assert file.read() is None


def test_what_belongs_to_another_user_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that all may write to, another user could plant requests."""
    file = recording()
    file.write(FRAMES)
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
        file.write(FRAMES)
        os.utime(file.path, (1000 + age, 1000 + age))
    files[0].write(FRAMES)
    assert {files[0].path, *(file.path for file in files[3:])} == set(folder.iterdir())
    assert (0o700, 0o600) == (folder.stat().st_mode & 0o777, files[0].path.stat().st_mode & 0o777)
    monkeypatch.setattr(recordings, "MOST_BYTES", 1000)
    assert files[0].read() is None
    files[1].write(FRAMES)
    assert not files[1].path.exists()


def test_how_many_cases_are_made_unasked_makes_no_other_recording() -> None:
    """They are the same cases, whatever limit a run has."""
    assert recording(CONFIG).path == recording(replace(CONFIG, unasked=5)).path


def test_a_recording_is_of_its_configuration_alone() -> None:
    """Under the name of another one it is damaged."""
    one, other = recording(), recording(replace(CONFIG, seed=4))
    one.write(FRAMES)
    one.path.rename(other.path)
    assert other.read() is None


def test_what_killed_runs_left_is_removed(folder: Path) -> None:
    """What another run is writing now is not."""
    folder.mkdir()
    for age in (0, 7200):
        (folder / f"{age}.part").touch()
        os.utime(folder / f"{age}.part", (time.time() - age, time.time() - age))
    recording().write(FRAMES)
    assert {"0.part", recording().path.name} == {each.name for each in folder.iterdir()}


def test_what_is_too_much_to_be_kept_is_not_held(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A schema can make each case a megabyte."""
    monkeypatch.setattr(recorded, "MOST_BYTES", len(FRAMES) - 1)
    assert list(GOOD) == handed_out(Generator())
    assert not folder.exists()


def test_a_recording_that_is_stopped_hands_out_nothing_more() -> None:
    """As a generator does."""
    recording().write(FRAMES)
    assert 2 == len(handed_out(Generator([]), most=2))


@pytest.mark.parametrize("error", [RuntimeError("no home directory"), OSError("gone")])
def test_where_there_is_no_folder_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """In a container a user may have no home; a run needs none."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr(platformdirs, "user_cache_path", fail)
    assert Recording.of(CONFIG) is None
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: Path("~/.cache/relative"))
    assert Recording.of(CONFIG) is None


def test_a_variable_may_name_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files of variables are not expanded by a shell."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(VARIABLE, "~/cases")
    assert tmp_path / "cases" == recordings.cache_folder()


def test_a_document_that_was_changed_meanwhile_makes_no_recording(tmp_path: Path, folder: Path) -> None:
    """The process that draws reads it again: what it draws is of another document."""
    path = tmp_path / "openapi.yaml"
    path.write_text(load_contract().document.text)
    config = replace(CONFIG, spec=str(path), phases={"one": Draw(3)})

    async def collect() -> list[Result]:
        source, found = RecordedGenerator(GeneratorProcess(config), recording(config)), []
        while (result := await source.next()) is not None:
            found.append(result)
        await source.close()
        return found

    path.write_text(f"{load_contract().document.text}\n# edited\n")
    (ended,) = asyncio.run(collect())
    assert isinstance(ended, Ended)
    assert f"{path} was changed after the run had read it; run again" in ended.error
    assert not folder.exists()


@pytest.mark.parametrize("name", ["model_id", "other"])
def test_values_of_parameters_are_never_kept(name: str) -> None:
    """Those of the path neither, though most are no secret."""
    options = RunOptions(params={name: "s3cr3tvalue"} if name == "model_id" else {}, phases=("hypothesis",))
    generator = follow_up_phases(prepare(load_contract(), options)).generator
    assert isinstance(generator, RecordedGenerator) is (name == "other")


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
