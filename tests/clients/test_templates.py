"""Harnesses as `--init` writes them, with clients that set traps: each test says who is blamed, harness or client."""

import shutil
import sys

import pytest

from conformance.cli.commands.client import TEMPLATES, text_of
from conformance.clients.harness import Harness
from conformance.clients.scenarios.catalogue import chosen
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Outcome

from .conftest import play_run

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
JAVASCRIPT = pytest.param("javascript", marks=needs_node)

CALLS = {
    "python": ("    return response.json()\n", "    response.raise_for_status()\n", "    return result\n"),
    "javascript": (
        "  return await response.json();\n",
        "  if (response.status !== 200) throw new Error(`status ${response.status}`);\n",
        "  return result;\n",
    ),
}
"""Of each template: how the call returns, how it raises, and how its result becomes JSON data."""

HARNESS = "the harness failed and not the client: "


@pytest.fixture
def harness(contract, tmp_path):
    """Write a template with changes, and return a harness of it."""

    def write(language, *changes, told=None):
        template = TEMPLATES[language]
        text = text_of(template, contract)
        for before, after in changes:
            assert before in text
            text = text.replace(before, after, 1)
        path = tmp_path / template.path
        path.write_text(text)
        program = sys.executable if language.startswith("python") else template.starter
        return Harness((program, str(path)), "POST /", timeout=20, warn=[].append if told is None else told.append)

    return write


@pytest.fixture
def blamed(contract, plan, server):
    """Play scenarios behind a harness; returns what is found of the client, and what is said of the harness."""

    def play(harness, *only):
        with harness:
            results = play_run(contract, chosen(plan, only=only), server, harness).results
        against = {(cause.strength.value, cause.sentence) for cause in results.causes}
        rows = {row.id: row for row in results.requirements}
        wanted = [rows[each.requirements[0]] for glob in only for each in plan if each.id == glob]
        return against, {row.reason for row in wanted if row.outcome is Outcome.INCONCLUSIVE}

    return play


@pytest.mark.slow
@pytest.mark.parametrize("language", ["python", "python-async", JAVASCRIPT])
def test_a_template_is_right_as_it_is(harness, blamed, language):
    """What `--init` writes sends every valid body, reads every valid response, and raises for errors: no must."""
    against, ours = blamed(
        harness(language), "send.*.int*", "send.fullest", "read.all.*", "fail.status-4*", "fail.html"
    )
    rounded = {each for each in against if each[1].startswith("Rounds integers")}
    # JavaScript has doubles alone; the job leaves those scenarios out, which are all played here.
    assert (rounded if language == "javascript" else set(), set()) == (against, ours)


@pytest.mark.parametrize("language", ["python", JAVASCRIPT])
def test_a_client_that_returns_nothing_for_an_error_is_blamed(harness, blamed, language):
    """Neither `None.to_dict()` nor `JSON.stringify(undefined)` stands between: the result is null, and a fault."""
    _, raises, plain = CALLS[language]
    failed = "response.is_error" if language == "python" else "!response.ok"
    nothing = (
        f"    if {failed}:\n        return None\n" if language == "python" else f"  if ({failed}) return undefined;\n"
    )
    converted = plain.replace("result", "result.to_dict() if hasattr(result, 'to_dict') else dict(result)")
    changes = [(raises, nothing), *([(plain, converted)] if language == "python" else [])]
    expected = {("must", "Returns `null` for a status other than 200 instead of reporting an error")}
    assert (expected, set()) == blamed(harness(language, *changes), "fail.status-404", "fail.status-500")


@pytest.mark.parametrize(
    ("language", "broken", "told"),
    [
        ("python", "    return None.to_dict()\n", "AttributeError: 'NoneType' object has no attribute 'to_dict'"),
        ("python", "    return http.post('', wrong=1)\n",
         "TypeError: Client.post() got an unexpected keyword argument 'wrong'"),
        ("python", "    return client_that_is_not_there(body)\n",
         "NameError: name 'client_that_is_not_there' is not defined"),
        pytest.param("javascript", "  return undefined.toJSON();\n",
                     "TypeError: Cannot read properties of undefined (reading 'toJSON')", marks=needs_node),
        pytest.param("javascript", "  return JSON.stringify(1n);\n",
                     "TypeError: Do not know how to serialize a BigInt", marks=needs_node),
        pytest.param("javascript", "  return notThere(body);\n",
                     "ReferenceError: notThere is not defined", marks=needs_node),
    ],
)  # fmt: skip
def test_a_line_of_the_harness_that_fails_is_the_harnesses(harness, blamed, language, broken, told):
    """A mistake in `call` itself is no error of the client: the scenario is inconclusive, and no pass."""
    returns, raises, _ = CALLS[language]
    assert (set(), {HARNESS + told}) == blamed(harness(language, (raises, ""), (returns, broken)), "fail.status-404")


PLAIN_FAILURES = [
    ("python", "    raise ValueError('odd')\n", "ValueError: odd"),
    ("python", "    return object()\n", "TypeError: plain() returned a object, which is not JSON data"),
    pytest.param("javascript", "  throw new RangeError('Invalid time value');\n", "RangeError: Invalid time value",
                 marks=needs_node),
]  # fmt: skip


@pytest.mark.parametrize(("language", "plain", "told"), PLAIN_FAILURES)
def test_a_result_that_the_harness_cannot_convert_is_the_harnesses(harness, blamed, language, plain, told):
    """An invalid response that breaks `plain` was not rejected by the client."""
    changes = [(CALLS[language][2], plain)]
    assert (set(), {HARNESS + told}) == blamed(harness(language, *changes), "reject.created_at.comma")


def test_date_times_and_enums_of_a_client_are_converted(harness, blamed):
    """What `to_dict()` leaves as an object of Python is no fault of either."""
    changes = [
        ("import httpx\n", "import datetime, uuid\nimport httpx\n"),
        (
            "    return result\n",
            """    made = datetime.datetime.fromisoformat(result['created_at'])
    return {**result, 'created_at': made, 'name': enum.Enum('Name', {'A': result['name']}).A}
""",
        ),
    ]
    assert (set(), set()) == blamed(harness("python", *changes), "read.fullest", "read.smallest")


@needs_node
def test_an_invalid_date_that_does_not_raise_is_the_clients(harness, blamed):
    """A client that turns a wrong date-time into an Invalid Date has accepted it, and changed it."""
    returns = "  const made = await response.json();\n  return { ...made, created_at: new Date(made.created_at) };\n"
    played = harness("javascript", (CALLS["javascript"][0], returns))
    sentence = "Returns a different string instead of an error for a response with a string that violates its format"
    assert ({("must", f"{sentence}: `created_at`")}, set()) == blamed(played, "reject.created_at.format-broken-1")


@needs_node
def test_exact_numbers_go_through_a_client_with_bigint(harness, blamed):
    """With `NUMBERS = "exact"` integers are BigInt on the way in, and written without loss on the way out."""
    changes = [
        ('const NUMBERS = "double"', 'const NUMBERS = "exact"'),
        ("body: JSON.stringify(body)", "body: stringify(body)"),
        (CALLS["javascript"][0], "  return parse(await response.text());\n"),
    ]
    scenarios = ("send.all.beyond-float", "read.all.beyond-float", "send.name.json-like", "send.name.controls")
    assert (set(), set()) == blamed(harness("javascript", *changes), *scenarios)


ENVELOPE = "  return { data: response.ok ? await response.json() : undefined, error: response.ok ? undefined : {} };\n"


@needs_node
def test_a_client_that_returns_errors_as_values_is_right_where_the_harness_throws_them(harness, blamed):
    """`{ data, error }` is how some clients report an error: thrown by the harness, whatever `error` is."""
    raises, returns = CALLS["javascript"][1], CALLS["javascript"][0]
    unpacked = ENVELOPE.replace("return", "const { data, error } =") + "  if (error !== undefined) throw error;\n"
    played = harness("javascript", (raises, ""), (returns, f"{unpacked}  return data;\n"))
    assert (set(), set()) == blamed(played, "fail.status-404", "fail.status-500", "read.smallest")


@needs_node
def test_a_harness_that_hands_over_data_and_error_is_blamed(harness, blamed):
    """Whole, `{ data, error }` is no result: who wrote the harness learns what to do."""
    played = harness("javascript", (CALLS["javascript"][1], ""), (CALLS["javascript"][0], ENVELOPE))
    said = "The harness returned `data` and `error`; it must return `data`, and raise `error` where that is set"
    assert (set(), {said}) == blamed(
        played, "fail.status-404", "fail.status-500", "read.smallest", "reject.name.absent"
    )


RENAMED = """
const upper = (_, letter) => letter.toUpperCase();
const camel = (value) => Array.isArray(value) ? value.map(camel) : value === null || typeof value !== "object" ? value
  : Object.fromEntries(Object.entries(value).map(([n, v]) => [n.replace(/_(.)/g, upper), camel(v)]));
"""


@needs_node
def test_properties_in_the_letter_case_of_a_language_are_nobodys_fault(harness, blamed):
    """`createdAt` is `created_at` to a caller in JavaScript; a value that is lost is a fault under either name."""
    renamed = (CALLS["javascript"][0], "  return camel(await response.json());\n")
    declared = ("// What follows is the protocol.\n", RENAMED)
    kept = "read.fullest", "read.smallest", "read.all.null", "read.name.ordinary"
    assert (set(), set()) == blamed(harness("javascript", renamed, declared), *kept)
    lost = (RENAMED, RENAMED.replace("=> [n.rep", '=> [n === "created_at" ? "x" : n.rep'))
    against, _ = blamed(harness("javascript", renamed, declared, lost), "read.fullest")
    assert ("must", "Omits a date-time of the response: `created_at` (in 3 places)") in against


IMPORTS = "import { createInterface }"

MODULES = {
    "commonjs": ("client.cjs", "module.exports = { check: (r) => r.json() };", 'import client from "./client.cjs";'),
    "es": ("client.mjs", "export default { check: (r) => r.json() };", 'import client from "./client.mjs";'),
}


@needs_node
@pytest.mark.parametrize("kind", MODULES)
def test_modules_of_both_kinds_are_imported(harness, blamed, tmp_path, kind):
    """A client may be an ES module or a CommonJS module."""
    name, text, imported = MODULES[kind]
    (tmp_path / name).write_text(text)
    changes = [
        (IMPORTS, f"{imported}\n{IMPORTS}"),
        (CALLS["javascript"][0], "  return await client.check(response);\n"),
    ]
    assert (set(), set()) == blamed(harness("javascript", *changes), "read.smallest")


@needs_node
def test_an_import_that_fails_is_told_by_its_error(harness, tmp_path):
    """Node ends its output with its version: the line that names the error is the one that is shown."""
    (tmp_path / "client.mjs").write_text("export const other = 1;")
    played = harness("javascript", (IMPORTS, f'import {{ a }} from "./client.mjs";\n{IMPORTS}'))
    with pytest.raises(UsageError) as caught, played:
        pass
    said = "SyntaxError: The requested module './client.mjs' does not provide an export named 'a'"
    assert f"the harness ended with status 1: {said} before its first line" == caught.value.problem


def test_a_base_url_that_is_set_once_is_good_for_all_scenarios(harness, blamed):
    """A client that keeps its first base URL sends every request there, and is heard."""
    changes = [
        ("http = httpx.Client()\n", "http = httpx.Client()\nFIRST = []\n"),
        ("    path = ", "    FIRST.append(base_url)\n    base_url = FIRST[0]\n    path = "),
    ]
    scenarios = ("send.smallest", "send.path.model_id.slash", "read.smallest", "fail.status-404")
    assert (set(), set()) == blamed(harness("python", *changes), *scenarios)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(harness, blamed, monkeypatch, name):
    """Scenarios are served on this machine, which no proxy reaches; a user's own exceptions stay."""
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.delenv("no_proxy", raising=False)
    hosts = "example.com,127.0.0.1,localhost"
    checked = ("    path = ", f"    assert __import__('os').environ['NO_PROXY'] == {hosts!r}\n    path = ")
    assert (set(), set()) == blamed(harness("python", checked), "send.smallest", "read.smallest")
