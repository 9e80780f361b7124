"""What the extension of Schemathesis knows: a contract for each operation of the document that is tested."""

import json
import secrets
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import schemathesis
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation

from conformance.contract.contract import DATA, Contract, build_contract
from conformance.contract.document import Document, parse_document
from conformance.contract.operation import pick_operation
from conformance.integrations.checking import CheckedContract, Findings
from conformance.model.case import KEY, Case
from conformance.model.errors import ConformanceError
from conformance.model.finding import Finding
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Group, Profile, Strength
from conformance.strategies.building import Builder
from conformance.strategies.catalogue import fill
from conformance.targets.opening import is_loopback
from conformance.workflow.api import read_options
from conformance.workflow.configuration import as_fields, settings_table
from conformance.workflow.options import RunOptions
from conformance.workflow.preparation import Prepared, find_key, prepare

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
Sent: TypeAlias = schemathesis.Case[Operation]

ECHO = ".echo"
ISOLATION = "semantics.isolation"
KEY_ECHO = "authentication.key-echo"

GROUPS: dict[str, frozenset[Group]] = {
    "echo": frozenset({Group.SEMANTICS}),
    "defaults": frozenset({Group.SEMANTICS}),
    "errors": frozenset({Group.ERROR}),
    "credentials": frozenset({Group.AUTHENTICATION}),
    "verdict": frozenset({Group.ACCEPTANCE, Group.REJECTION, Group.AUTHENTICATION}),
}
"""The groups of requirements that each check is about; of semantics and authentication each has a part."""

REFUSAL = {"description": "the request is refused"}


def about(check: str, row: Requirement) -> bool:
    """Tell whether a check is about a requirement."""
    if row.group not in GROUPS[check]:
        return False
    if row.group is Group.SEMANTICS:
        return (row.id.endswith(ECHO) or row.id == ISOLATION) is (check == "echo")
    return row.group is not Group.AUTHENTICATION or (row.id == KEY_ECHO) is (check == "credentials")


class Contracts:
    """The contracts of one document, made when they are first needed."""

    def __init__(self) -> None:
        table, _ = settings_table()
        self._options = read_options(as_fields(table, RunOptions.__struct_fields__))
        self._document: Document | None = None
        self._known: dict[str, CheckedContract | None] = {}
        self._last: tuple[object, Findings | None] = (None, None)
        self._names = 0
        self._run = secrets.token_hex(4)

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
        held = self._contract(case.operation)
        if held is None:
            return []
        if self._last[0] is not response:
            key, loopback = self._key(held.contract), is_loopback(urlsplit(str(response.request.url)).hostname or "")
            self._last = (response, held.check(response, key=key, loopback=loopback))
        found, rows = self._last[1] or (), held.contract.by_id
        return [
            each
            for each in found
            if rows[each.requirement].strength is not Strength.ADVISORY and about(check, rows[each.requirement])
        ]

    def credential(self, operation: Operation) -> tuple[str, str] | None:
        """Return the header field that carries the key for an operation, None where none does."""
        held = self._contract(operation)
        security = held.contract.operation.security if held else None
        if held is None or security is None or security.location != "header":
            return None
        scheme, key = held.contract.scheme, self._key(held.contract)
        return (security.name, f"{scheme} {key}" if scheme else key) if key else None

    def examples(self, operation: Operation) -> Iterator[Sent]:
        """Yield the cases of the catalogue that Schemathesis can send: right credential, right path, any body."""
        held = self._contract(operation)
        if held is None:
            return
        prepared = self._prepared(held.contract)
        usual = Builder(held.contract, prepared.knowledge.parameters)
        for item in prepared.plan.items:
            if not isinstance(item, Case) or not item.request.body or item.request.headers != usual.headers:
                continue
            if item.request.target != usual.target or item.request.method != held.contract.operation.method:
                continue
            self._names += 1
            request = fill(item.request, f"cfm-{self._run}-{self._names:04x}") if item.slotted else item.request
            yield operation.Case(
                path_parameters=dict(prepared.knowledge.parameters),
                headers={name: value for name, value in request.headers if KEY not in value},
                body=request.body,
                media_type=held.contract.operation.request_media_type,
            )

    def _prepared(self, contract: Contract) -> Prepared:
        options = self._options
        named = RunOptions(
            model_id=options.model_id,
            path_params=options.path_params,
            stateless=options.stateless,
            only=options.only,
            skip=options.skip,
            profile=options.profile or Profile.SMOKE,
        )
        return prepare(contract, named)

    def _key(self, contract: Contract) -> str:
        return find_key(contract, self._options, loopback=True)

    def _contract(self, operation: Operation) -> CheckedContract | None:
        label = f"{operation.method.upper()} {operation.path}"
        if label not in self._known:
            self._known[label] = self._built(label)
        return self._known[label]

    def _built(self, label: str) -> CheckedContract | None:
        if self._document is None:
            return None
        try:
            contract = build_contract(self._document, pick_operation(self._document, label), files(DATA))
        except ConformanceError:
            # An operation without a JSON body, say: nothing here is about it.
            return None
        return CheckedContract(contract, stateless=self._options.stateless)
