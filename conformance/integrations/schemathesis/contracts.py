"""What the extension of Schemathesis knows: a contract for each operation of the document that is tested."""

import json
import os
import threading
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import click
import msgspec
import schemathesis
from schemathesis.auths import AuthContext, set_on_case
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation

from conformance.contract.contract import Contract, build_contract
from conformance.contract.operations.operation import pick_operation
from conformance.contract.reading.document import Document, parse_document
from conformance.contract.requirements.rows import DATA
from conformance.integrations.checking import CheckedContract
from conformance.integrations.schemathesis.examples import ExplicitExamples, SentExample
from conformance.model.case import KEY, Item
from conformance.model.errors import ConformanceError, UsageError
from conformance.model.finding import Finding
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Group, Profile, Strength
from conformance.strategies.case_builder import Builder
from conformance.targets.addresses import is_loopback
from conformance.workflow.setup.configuration import OWN, file_options
from conformance.workflow.setup.credentials.key_sources import find_key
from conformance.workflow.setup.option_table import read_options
from conformance.workflow.setup.options import DEFAULT_KEY_VARIABLE, RunOptions
from conformance.workflow.setup.preparation import PreparedRun, prepare

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
Sent: TypeAlias = schemathesis.Case[Operation]

ISOLATION = "semantics.isolation"
KEY_ECHO = "authentication.key-echo"

PROFILE_VARIABLE = "CONFORMANCE_PROFILE"
"""The environment variable that names the profile of the explicit examples; it comes before a file of settings."""

GROUPS: dict[str, frozenset[Group]] = {
    "echo": frozenset({Group.SEMANTICS}),
    "defaults": frozenset({Group.SEMANTICS}),
    "errors": frozenset({Group.ERROR}),
    "credentials": frozenset({Group.AUTHENTICATION}),
    "verdict": frozenset({Group.ACCEPTANCE, Group.REJECTION, Group.AUTHENTICATION}),
}
"""The groups of requirements that each check is about; of semantics and authentication each has a part."""

REFUSAL = {"description": "the request is rejected"}


def about(check: str, row: Requirement) -> bool:
    """Tell whether a check is about a requirement."""
    if row.group not in GROUPS[check]:
        return False
    if row.compares:
        return (row.echo or row.id == ISOLATION) is (check == "echo")
    return not row.about_credential or (row.id == KEY_ECHO) is (check == "credentials")


class KnownOperation(msgspec.Struct, frozen=True):
    """What is known of one operation: its contract, what of the catalogue may be sent, and what was made of that."""

    held: CheckedContract
    items: tuple[Item, ...]
    parameters: Mapping[str, str]
    examples: ExplicitExamples
    key: str

    @property
    def contract(self) -> Contract:
        """The contract."""
        return self.held.contract


class _Last(threading.local):
    """The answer that a thread judged last, and what was found: each check asks for its part of it."""

    answer: object = None
    found: Sequence[Finding] = ()


class Contracts:
    """The contracts of one document, made when they are first needed."""

    def __init__(self) -> None:
        values = file_options(RunOptions)
        if os.environ.get(PROFILE_VARIABLE):
            values["profile"] = os.environ[PROFILE_VARIABLE]
        self._options = options = read_options(RunOptions, values)
        if options.api_key_env is not None and not os.environ.get(options.api_key_env):
            raise UsageError(f"the environment variable {options.api_key_env} is not set", "set it to the key")
        self._document: Document | None = None
        self._known: dict[str, KnownOperation | None] = {}
        self._last = _Last()

    def load(self, raw: dict[str, Any]) -> None:
        """Keep a document, and declare in `raw` a 4xx for each operation that declares neither one nor a default."""
        text = json.dumps(raw, default=str)
        self._document = parse_document(text.encode(), "the document of Schemathesis")
        self._known = {}
        for path in raw.get("paths", {}).values():
            for operation in path.values() if isinstance(path, dict) else ():
                responses = operation.get("responses") if isinstance(operation, dict) else None
                if isinstance(responses, dict) and not {"4XX", "default"} & responses.keys():
                    responses["4XX"] = REFUSAL

    def findings(self, check: str, response: Response, case: Sent) -> list[Finding]:
        """Return what one check has to say of an answer; nothing of an operation that has no contract."""
        known = self._of(case.operation)
        if known is None:
            return []
        if self._last.answer is not response:
            self._last.answer, self._last.found = response, self._judged(known, response, case)
        rows = known.contract.by_id
        return [
            each
            for each in self._last.found
            if rows[each.requirement].strength is not Strength.ADVISORY and about(check, rows[each.requirement])
        ]

    def credential(self, operation: Operation) -> tuple[str, str] | None:
        """Return the header field that carries the key for an operation, None where none does."""
        known = self._of(operation)
        security = known.contract.operation.security if known else None
        if known is None or security is None or security.location != "header" or not known.key:
            return None
        scheme = known.contract.scheme
        return security.name, f"{scheme} {known.key}" if scheme else known.key

    def examples(self, operation: Operation) -> list[Sent]:
        """Return the cases of the catalogue that Schemathesis can send, the first of the catalogue last.

        Schemathesis sends explicit examples from the last to the first, as Hypothesis does.
        """
        known = self._of(operation)
        if known is None:
            return []
        found = [self._example(operation, known, each) for each in known.examples.all(known.items)]
        return found[::-1]

    def _example(self, operation: Operation, known: KnownOperation, example: SentExample) -> Sent:
        credential, request = self.credential(operation), example.case.request
        usual = known.examples.is_usual(example)
        sent = operation.Case(
            path_parameters=dict(known.parameters),
            headers={
                name: value.replace(KEY, known.key)
                for name, value in request.headers
                if not usual or credential is None or name != credential[0]
            },
            body=request.body,
            media_type=known.contract.operation.request_media_type,
        )
        if usual:
            # Only what Schemathesis has signed itself does it hold for signed; what is to be refused it must not sign.
            set_on_case(sent, AuthContext(operation=operation, app=operation.app), None)
        known.examples.keep(sent.id, example)
        return sent

    def _judged(self, known: KnownOperation, response: Response, case: Sent) -> Sequence[Finding]:
        key, loopback = known.key, is_loopback(urlsplit(str(response.request.url)).hostname or "")
        example = known.examples.find(case.id, response, key)
        if example is None:
            return known.held.check(response, key=key, loopback=loopback)
        return known.examples.judge(example, response, key=key, loopback=loopback)

    def _of(self, operation: Operation) -> KnownOperation | None:
        label = f"{operation.method.upper()} {operation.path}"
        if label not in self._known:
            self._known[label] = self._built(label, operation.schema.get_base_url())
        return self._known[label]

    def _built(self, label: str, url: str) -> KnownOperation | None:
        if self._document is None:
            return None
        try:
            contract = build_contract(self._document, pick_operation(self._document, label), files(DATA))
        except ConformanceError:
            # An operation without a JSON body, say: nothing here is about it.
            return None
        held = CheckedContract(contract, stateless=self._options.stateless)
        items, parameters = self._planned(contract, url)
        examples = ExplicitExamples(held, Builder(contract, parameters))
        return KnownOperation(held, items, parameters, examples, self._key(contract, url))

    def _planned(self, contract: Contract, url: str) -> tuple[tuple[Item, ...], Mapping[str, str]]:
        """Return the items to send and the path parameters; no items, and a line on the screen, where none can be."""
        try:
            prepared = self._prepared(contract, url)
        except UsageError as error:
            # The checks do without it.
            click.echo(f"conformance: no case of the catalogue is sent: {error.problem}; set it in {OWN}", err=True)
            return (), dict.fromkeys(contract.operation.path_parameters, "")
        return prepared.plan.items, prepared.knowledge.parameters

    def _prepared(self, contract: Contract, url: str) -> PreparedRun:
        """Return the plan for a server; whoever called Schemathesis has allowed its host."""
        options = self._options
        named = RunOptions(
            target=url,
            allow_hosts=(urlsplit(url).hostname or "",),
            allow_plaintext=True,
            allow_name_edges=options.allow_name_edges,
            model_id=options.model_id,
            path_params=options.path_params,
            unknown_model_id=options.unknown_model_id,
            stateless=options.stateless,
            only=options.only,
            skip=options.skip,
            # Random cases are Schemathesis' own.
            profile=Profile.FULL if options.profile is Profile.FUZZ else options.profile,
        )
        return prepare(contract, named, key="")

    def _key(self, contract: Contract, url: str) -> str:
        """Return the key, empty where there is none: the command line of Schemathesis may hold one."""
        loopback = is_loopback(urlsplit(url).hostname or "")
        named = self._options.api_key_env or self._options.api_key_file or self._options.api_key_command
        if not (loopback or named or os.environ.get(DEFAULT_KEY_VARIABLE)):
            return ""
        return find_key(contract, self._options, loopback=loopback)
