"""Which regular expressions and decoders the package has, read from its source, and whose bytes each of them reads."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("conformance", "reports", "spec", "strategies")

APART = ("conformance/mock/", "conformance/workflow/setup/", "strategies/")
"""What reads requests to the mock, options and files of the user, and the document: no byte of a target comes there."""

EXPRESSIONS = frozenset({"compile", "sub", "subn", "match", "fullmatch", "search", "split", "findall", "finditer"})

DECODERS = frozenset(
    """b64decode b32decode a85decode fromhex unhexlify decompress decompressobj loads Decoder JSONDecoder
    json.decode msgpack.decode unquote unquote_to_bytes parse_qs parse_qsl urlsplit urlparse parsedate_to_datetime
    fromisoformat strptime html.unescape yaml.load yaml.compose fromstring shlex.split literal_eval""".split()
)
"""What makes a value, or other bytes, of bytes or a text. Numbers are bounded in length before they are made."""


SIGNS = re.compile(rf"^import re$|\b(?:{'|'.join(each.rpartition('.')[2] for each in DECODERS)})\(", re.MULTILINE)
"""What a file has that needs to be read."""


def expressions() -> Counter[str]:
    """Return how many regular expressions each name of each file is made of."""
    return Counter(f"{place} {name}" for place, name, call in _calls() if _is_expression(call))


def decoders() -> Counter[str]:
    """Return how many calls of decoders each name of each file has."""
    return Counter(f"{place} {name}" for place, name, call in _calls() if _called(call) & DECODERS)


@cache
def _calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """Return the calls of those files, each with its file and with the function or constant that it is in."""
    return tuple(_read())


def _read() -> Iterator[tuple[str, str, ast.Call]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            place, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
            if place.startswith(APART) or not SIGNS.search(text):
                continue
            for statement in ast.parse(text).body:
                yield from ((place, name, call) for name, call in _within(statement, ""))


def _within(node: ast.AST, name: str) -> Iterator[tuple[str, ast.Call]]:
    name = _name(node) or name
    if isinstance(node, ast.Call):
        yield name or "-", node
    for child in ast.iter_child_nodes(node):
        yield from _within(child, name)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name
    target = (
        node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
    )
    return target.id if isinstance(target, ast.Name) and target.id.strip("_").isupper() else ""


def _is_expression(call: ast.Call) -> bool:
    function = call.func
    of_re = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "re"
    return of_re and function.attr in EXPRESSIONS


def _called(call: ast.Call) -> set[str]:
    """Return how a function is called: by its last name, and by its last two."""
    names: list[str] = []
    function: ast.expr = call.func.value if isinstance(call.func, ast.Subscript) else call.func
    while isinstance(function, ast.Attribute):
        names.insert(0, function.attr)
        function = function.value
    if isinstance(function, ast.Name):
        names.insert(0, function.id)
    return {names[-1], ".".join(names[-2:])} if names else set()


MEASURED: dict[str, str] = {
    "conformance/checks/semantics/defaults.py _clock 1": "times",
    "conformance/checks/semantics/defaults.py _moment 1": "times",
    "conformance/checks/semantics/echo.py names_another 1": "names",
    "conformance/checks/error_bodies.py FRAMES 5": "judging an error",
    "conformance/checks/error_bodies.py PAGE 1": "judging an error",
    "conformance/classify/coercion.py _NUMBER 1": "names",
    "conformance/classify/dual_validation.py known 1": "times",
    "conformance/clients/judging/comparing.py _DATE_TIME 1": "times",
    "conformance/clients/judging/comparing.py moment 1": "times",
    "conformance/clients/judging/judged_request.py _carried 1": "requests of clients",
    "conformance/clients/judging/judged_request.py _credential 1": "requests of clients",
    "conformance/clients/line_process.py ERROR_LINE 1": "lines of harnesses",
    "conformance/clients/protocol.py - 2": "lines of harnesses",
    "conformance/clients/server.py TOKEN 1": "names",
    "conformance/contract/operations/responses.py JSON_MEDIA_TYPE 1": "names",
    "conformance/contract/operations/sent_parameters.py cookie_pairs 2": "requests of clients",
    "conformance/contract/operations/sent_parameters.py query_pairs 1": "requests of clients",
    "conformance/contract/operations/serialization.py NUMBER 1": "names",
    "conformance/workflow/documents/relations.py _default 1": "names",
    "conformance/diagnosis/facts/body_facts.py FRESH 1": "names",
    "conformance/journal/copying.py _LINE 1": "lines of journals",
    "conformance/journal/copying.py _SHARED 1": "lines of journals",
    "conformance/workflow/records/merge.py _SEND 1": "lines of journals",
    "conformance/journal/lines.py DECODER 1": "lines of journals",
    "conformance/journal/packing.py COUNTED 1": "lines of journals",
    "conformance/journal/packing.py unpacked 2": "lines of journals",
    "conformance/journal/traces.py _CODED 3": "redaction",
    "conformance/journal/traces.py _RUNS 1": "redaction",
    "conformance/journal/traces.py _SLASHED_BREAK 1": "redaction",
    "conformance/journal/lines.py _SEALED 1": "lines of journals",
    "conformance/journal/escapes.py _SLASHES 1": "redaction",
    "conformance/journal/escapes.py _ESCAPE 1": "redaction",
    "conformance/journal/escapes.py TORN 1": "redaction of a body cut off",
    "conformance/journal/redaction.py _unpacked 2": "evidence",
    "conformance/model/jsontext.py SURROGATE 1": "names",
    "conformance/model/jsontext.py _PLAIN 1": "reading",
    "conformance/model/jsontext.py read_text 1": "reading",
    "conformance/model/pointer.py _INDEX 1": "names",
    "conformance/runner/patience.py _seconds 1": "times",
    "conformance/targets/connection.py _CODED 1": "header sections",
    "conformance/targets/connection.py _HEAD_END 1": "header sections",
    "conformance/targets/connection.py _INTERIM 1": "header sections",
    "conformance/targets/connection.py _LENGTH 1": "header sections",
    "conformance/targets/decoding.py _inflate 3": "content codings",
    "reports/formats/junit.py _ILLEGAL 1": "showing",
    "reports/formats/markdown.py _ACTIVE 1": "showing",
    "reports/formats/sarif.py _ACTIVE 1": "showing",
    "reports/pages/bodies.py _SPACE 1": "laying out",
    "reports/pages/bodies.py _COLON 1": "laying out",
    "reports/pages/bodies.py _COMMA 1": "laying out",
    "reports/pages/bodies.py _TOKEN 1": "laying out",
    "reports/pages/bodies.py _DECODER 1": "laying out",
    "reports/pages/bodies.py _is_json 1": "laying out",
    "reports/safe_text.py _ODD 1": "showing",
}
"""What sees the bytes of a target, or of a client under test, by the work that is measured with it."""

OTHERS: dict[str, str] = {
    "the document, and how it is found": """
        conformance/contract/reading/document.py _json 1
        conformance/contract/reading/document.py parse_document 1
        conformance/contract/reading/document.py parse_yaml 1
        conformance/contract/reading/document.py resolve 1
        conformance/contract/reading/document.py url_of 1
        conformance/model/requirement.py EXPRESSION 1
        conformance/contract/schemas/composition.py _joins 1
        conformance/contract/schemas/ecma.py PART 1
        conformance/contract/schemas/ecma.py _common 3
        conformance/contract/schemas/ecma.py _in_class 2
        conformance/contract/schemas/ecma.py for_python 1
        conformance/contract/operations/responses.py _is_success 1
        conformance/contract/operations/responses.py read_responses 1
        conformance/model/case.py credential_of 1
        conformance/contract/operations/path_template.py _PARAMETER 1
        conformance/drift/bodies.py SUCCESS 1
        conformance/drift/operations.py VARIABLE 1
        conformance/contract/operations/path_template.py expression 1
        conformance/contract/prose.py _range_place 1
        conformance/contract/reading/references.py _file 2
        conformance/contract/reading/references.py _found 2
        conformance/contract/schemas/shapes.py COMPONENT 1
        conformance/contract/reading/structure.py _validator 1
        conformance/contract/reading/yamltext.py - 1
        conformance/integrations/checking.py _unknown 1
        conformance/integrations/schemathesis/contracts.py _key 1
        reports/lines.py _root 1
    """,
    "requests and cases of the suite": """
        conformance/checks/shared/request_parts.py MALFORMED 1
        conformance/checks/shared/request_parts.py _parameters 1
        conformance/workflow/documents/relations.py _places 1
        conformance/classify/classification.py SURROGATE 1
        conformance/classify/traits.py PLAIN_TEXT 1
        conformance/clients/mocking.py CONTROLS 1
        conformance/clients/scenarios/reading.py _escaped 1
        conformance/clients/session.py body 1
        conformance/contract/operations/path_template.py match 1
        conformance/diagnosis/bisection.py _MIDDLE 1
        conformance/diagnosis/facts/request_facts.py _ELEMENT 1
        conformance/diagnosis/facts/request_facts.py _NAME 1
        conformance/diagnosis/facts/wire_facts.py _ALIKE 1
        conformance/diagnosis/facts/wire_facts.py _ESCAPE 1
        conformance/diagnosis/facts/wire_facts.py _ESCAPES 4
        conformance/diagnosis/facts/wire_facts.py _LONG_NUMBER 1
        conformance/diagnosis/facts/wire_facts.py _MALFORMED 4
        conformance/diagnosis/facts/wire_facts.py _ORDINARY 1
        conformance/diagnosis/facts/wire_facts.py _STRING 1
        conformance/diagnosis/facts/wire_facts.py _TEXTS 7
        conformance/diagnosis/facts/wire_facts.py _malformed 1
        conformance/diagnosis/facts/wire_facts.py of_target 1
        conformance/integrations/responses.py _target 1
        conformance/runner/plan.py _one_of 1
        conformance/workflow/operations.py _directory 1
        conformance/integrations/schemathesis/contracts.py _judged 1
        conformance/integrations/schemathesis/contracts.py _prepared 1
        conformance/integrations/schemathesis/examples.py _within_floats 1
        conformance/journal/ledger.py UNSAFE 1
        conformance/journal/ledger.py _parameters 1
        conformance/model/case.py OTHER_KEY 1
        conformance/model/jsontext.py read_spelled 1
        conformance/runner/case_source.py _undecodable 1
        conformance/targets/asgi.py _scope 1
        conformance/targets/outgoing.py _NOT_TARGET 1
        conformance/targets/outgoing.py _NOT_TOKEN 1
        conformance/targets/outgoing.py _NOT_VALUE 1
        conformance/workflow/documents/listing.py _body 1
        conformance/workflow/replay.py _STANDS_FOR 1
        conformance/workflow/workers/cluster.py _own_address 1
        conformance/workflow/workers/cluster_task.py carry_out_part 1
        conformance/workflow/workers/messages.py _MESSAGES 1
        conformance/workflow/workers/messages.py _OPTIONS 1
        reports/curl.py _KEYS 1
        reports/curl.py _PLAIN 1
        reports/curl.py _VARIABLE 1
        reports/curl.py _BARE 1
    """,
    "options and files of the user, and what the suite wrote": """
        conformance/integrations/pytest_plugin/outcomes.py __init__ 1
        conformance/runner/shards.py parse 1
        conformance/targets/httpx_client/users_client.py _variable 1
        conformance/targets/httpx_client/users_client.py inner 1
        conformance/workflow/comparison.py read_results 1
        conformance/workflow/records/merge.py _common 1
        conformance/workflow/records/merge.py _of_whole 1
        conformance/workflow/records/run_folder.py RUN_ID 1
        reports/curl.py _prefix 1
        reports/formats/har.py _URL 1
        reports/formats/har.py _request 1
        reports/pages/exchanges.py _allowed 1
        reports/pages/page.py _when 1
        reports/pages/proof.py read_figures 1
        reports/results.py checked_results 1
        reports/folding/waiving.py day_of 1
    """,
}
"""What sees other bytes, by whose these are."""


def found() -> list[str]:
    """Return all regular expressions and decoders, each with how many there are under its name."""
    return sorted({f"{name} {count}" for kind in (expressions(), decoders()) for name, count in kind.items()})


def entered() -> list[str]:
    """Return all that are entered here."""
    others = (line.strip() for lines in OTHERS.values() for line in lines.split("\n"))
    return sorted({*MEASURED, *filter(None, others)})
