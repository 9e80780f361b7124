"""`conformance prove`: what it writes, how it ends, and what can be wrong with how it is called."""

import json
from pathlib import Path

import pytest

FEW = ("--profile", "smoke", "--fault", "http.status-20[1-3]", "--processes", "1")


def test_a_proof_of_some_faults(command):
    """Table, pages and figures are written; the exit status is 0 where nothing is lost and nothing alarms."""
    ended = command("prove", *FEW, "--out", "proof")
    assert (0, "") == (ended.status, ended.err)
    assert "100.0 % of the faults found; false alarms on the reference server: 0" in ended.out
    assert {"proof.json", "proof.md", "proof.html"} == {path.name for path in Path("proof").iterdir()}
    found = json.loads(Path("proof/proof.json").read_bytes())
    assert [1.0, 1.0] == [found["figures"]["all"]["median"], found["figures"]["families"][0]["median"]]
    assert 3 == found["figures"]["all"]["by_own"]


def test_a_proof_that_is_held_to_figures(command):
    """What the figures tell as missed may be missed; anything else that is not found is told, with status 1."""
    missed = "accepts.UpdatePromotionSettingsV1.rolling_deploy_config.array"
    never = ("prove", "--profile", "smoke", "--processes", "1", "--fault", missed)
    Path("kept.json").write_text(json.dumps({"missed": {"smoke": [missed]}}), encoding="utf-8")
    assert 0 == command(*never, "--figures", "kept.json").status
    Path("kept.json").write_text("{}", encoding="utf-8")
    ended = command(*never, "--figures", "kept.json")
    assert 1 == ended.status
    said = f"{missed} is no longer found. No request of the profile triggers the fault"
    assert said in ended.err.splitlines()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fault", "http.slwo"), "there is no fault 'http.slwo'; did you mean http.slow"),
        (("--spec", "gone.yaml"), "cannot read gone.yaml: No such file or directory"),
        (
            ("--figures", "gone.json"),
            "No such file or directory; name the file that --update-figures wrote",
        ),
        (("--figures", "wrong.json"), "wrong.json is not a file of figures"),
        (("--update-figures",), "--update-figures needs --figures, and all faults; add --figures"),
        (("--update-figures", "--figures", "new.json", *FEW), "--update-figures needs --figures, and all faults"),
        (("--out", "wrong.json/proof"), "cannot write wrong.json/proof: Not a directory; name another folder"),
    ],
)
def test_what_can_be_wrong_with_the_call(command, arguments, said):
    """One line says what is wrong and what to do, before anything is sent."""
    Path("wrong.json").write_text("[]", encoding="utf-8")
    ended = command("prove", "--profile", "smoke", *arguments)
    assert 2 == ended.status
    assert said in ended.complaint
