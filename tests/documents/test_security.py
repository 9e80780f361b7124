"""Security of documents: what the document says about credentials is what requests carry and targets are held to."""

import base64
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import conformance
from conformance.contract.contract import load_contract
from conformance.mock.app import Mock
from conformance.mock.server import BackgroundServer
from conformance.model.case import Case
from conformance.model.vocabulary import Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.strategies.catalogue.combined_credentials import one_cookie
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY

from .running import CONFORMING, contract_from, run_of, said

DOCUMENT = """
security: {security}
paths:
  /notes:
    post:
      requestBody:
        required: true
        content:
          application/json: {{schema: {{type: object, required: [text], properties: {{text: {{type: string}}}}}}}}
      responses: {{'200': {{description: done}}}}
components:
  securitySchemes:
    key: {{type: apiKey, in: header, name: X-API-Key}}
    app: {{type: apiKey, in: header, name: X-App-Id}}
    query: {{type: apiKey, in: query, name: api_key}}
    cookie: {{type: apiKey, in: cookie, name: sid}}
    basic: {{type: http, scheme: basic}}
    bearer: {{type: http, scheme: bearer}}
    sign-in: {{type: oauth2, flows: {{}}}}
    certificate: {{type: mutualTLS}}
"""

SECURITY = (
    "[{key: []}]",
    "[{query: []}]",
    "[{cookie: []}]",
    "[{basic: []}]",
    "[{bearer: []}]",
    "[{sign-in: [read]}]",
    "[{certificate: []}]",
    "[{certificate: [], key: []}]",
    "[{key: [], app: []}]",
    "[{bearer: [], query: [], cookie: []}]",
    "[{key: []}, {bearer: []}]",
    "[{basic: []}, {bearer: []}]",
    "[{key: [], app: []}, {query: []}]",
    "[{}]",
    "[{key: []}, {}]",
    "[]",
)


def cases_of(security: str, folder: Path) -> dict[str, Case]:
    """Return the cases of a document by id, where the caller has every credential."""
    contract = contract_from(DOCUMENT.format(security=security), folder)
    ids = frozenset({"key", "app", "query", "cookie", "basic", "bearer"})
    items = catalogue(contract, Profile.STANDARD, Knowledge(credentials=ids))
    return {case.id: case for item in items for case in item.cases}


@pytest.mark.parametrize("security", SECURITY)
def test_each_is_conforming_on_its_own_mock(security: str, tmp_path: Path) -> None:
    """Every kind of scheme, alone, together and as an alternative."""
    contract = contract_from(DOCUMENT.format(security=security), tmp_path)
    only = ("accept.smallest*", "*credential*", "accept.field-names*")
    assert CONFORMING == said(run_of(contract, only=only))


@pytest.mark.parametrize(
    ("security", "target", "fields"),
    [
        ("[{key: [], app: []}]", "/notes", {"X-API-Key": "$API_KEY", "X-App-Id": "$CREDENTIAL_APP"}),
        ("[{query: [], cookie: []}]", "/notes?api_key=$API_KEY", {"Cookie": "sid=$CREDENTIAL_COOKIE"}),
        ("[{basic: [], query: []}]", "/notes?api_key=$CREDENTIAL_QUERY", {"Authorization": "Basic $API_KEY"}),
        ("[{key: []}, {bearer: []}]", "/notes", {"X-API-Key": "$API_KEY"}),
        ("[{key: []}, {}]", "/notes", {}),
    ],
)
def test_a_valid_request_has_all_credentials(
    security: str, target: str, fields: dict[str, str], tmp_path: Path
) -> None:
    """Of alternatives the first, of a combination all, and none where none is needed."""
    request = cases_of(security, tmp_path)["accept.smallest"].request
    held = {name: value for name, value in request.headers if name not in {"User-Agent", "Accept", "Content-Type"}}
    assert (target, fields) == (request.target, held)


def test_each_credential_of_a_combination_is_missed(tmp_path: Path) -> None:
    """A request with one of two is rejected, and so is one whose second is wrong."""
    cases = cases_of("[{key: [], app: []}]", tmp_path)
    wanted = {
        "reject.credential.without-key": {"X-App-Id": "$CREDENTIAL_APP"},
        "reject.credential.without-app": {"X-API-Key": "$API_KEY"},
        "reject.credential.wrong-app": {"X-API-Key": "$API_KEY", "X-App-Id": "wrong-key-of-the-conformance-suite"},
    }
    assert wanted == {
        id_: {name: value for name, value in cases[id_].request.headers if name.startswith("X-")} for id_ in wanted
    }


def test_no_declared_place_is_a_wrong_one(tmp_path: Path) -> None:
    """The key in a header of another scheme of the operation is no misplaced key, and an alternative is accepted."""
    cases = cases_of("[{bearer: []}, {key: []}, {query: []}]", tmp_path)
    assert not {"reject.credential.api-key-header", "reject.credential.query-api-key"} & cases.keys()
    assert {"accept.credential.key", "accept.credential.query", "reject.credential.cookie"} <= cases.keys()


def test_user_name_and_password_are_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The credential of `basic` is given as it is known and sent as RFC 7617 has it; neither form is written."""
    contract = contract_from(DOCUMENT.format(security="[{basic: []}]"), tmp_path)
    encoded = base64.b64encode(b"ada:lovelace-1815").decode()
    monkeypatch.setenv("LOGIN", "ada:lovelace-1815")
    with BackgroundServer(Mock(contract, key=encoded)) as server:
        result = conformance.run(
            target=server.url, spec=tmp_path / "spec.yaml", out=tmp_path / "out", reports=("results",),
            credentials=("basic=env:LOGIN",), only=("accept.smallest*", "*credential*"), phases=("catalogue",),
        )  # fmt: skip
    assert CONFORMING == said(result.results)
    journal = (tmp_path / "out" / "journal.ndjson").read_text(encoding="utf-8")
    assert not {text for text in (encoded, "lovelace") if text in journal}


def test_every_scheme_has_its_own_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--credential` names one for each; none of them is written."""
    contract = contract_from(DOCUMENT.format(security="[{key: [], app: []}]"), tmp_path)
    (tmp_path / "app").write_text("secret-of-the-app\n")
    monkeypatch.setenv("KEY", "secret-of-the-key")
    mock = Mock(contract, key="secret-of-the-key", keys={"app": "secret-of-the-app"})
    with BackgroundServer(mock) as server:
        result = conformance.run(
            target=server.url, spec=tmp_path / "spec.yaml", out=tmp_path / "out", reports=("results",),
            credentials=("key=env:KEY", f"app=file:{tmp_path / 'app'}"), phases=("catalogue",),
            only=("accept.smallest*", "*credential*"),
        )  # fmt: skip
    assert CONFORMING == said(result.results)
    journal = (tmp_path / "out" / "journal.ndjson").read_text(encoding="utf-8")
    assert ("secret-of" in journal, "$CREDENTIAL_APP" in journal) == (False, True)


@pytest.mark.parametrize(
    ("credential", "message"),
    [
        ("key", "'key' is not a credential; write --credential SCHEME=env:NAME or SCHEME=file:PATH"),
        ("other=env:KEY", "POST /notes has no security scheme 'other'; it has: key, basic"),
        (
            "key=env:NOT_SET_ANYWHERE",
            "the environment variable NOT_SET_ANYWHERE is not set; set it to the credential of key",
        ),
        ("basic=env:HOME", "the credential in --credential basic has no colon; write user name, colon, password"),
    ],
)
def test_a_credential_that_cannot_be_used_is_told(credential: str, message: str, tmp_path: Path) -> None:
    """One line says what is wrong, and what to do."""
    contract_from(DOCUMENT.format(security="[{key: [], basic: []}]"), tmp_path)
    with pytest.raises(conformance.UsageError) as caught:
        conformance.run(spec=tmp_path / "spec.yaml", out=tmp_path / "out", credentials=(credential,))
    assert message == str(caught.value)


class BearerOnly:
    """A door in front of the reference server of a contract: it knows no scheme but `Bearer`."""

    def __init__(self, contract: Any) -> None:
        self.mock = Mock(contract)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let a request in, with the scheme that the server behind it reads."""
        if scope["type"] == "http":
            fields = dict(scope["headers"])
            word, _, key = fields.get(b"authorization", b"").partition(b" ")
            if word.lower() != b"bearer" or key.strip() != LOCAL_KEY.encode():
                await receive()
                headers = [(b"www-authenticate", b"Bearer"), (b"date", b"Thu, 01 Jan 1970 00:00:00 GMT"),
                           (b"content-type", b"application/json")]  # fmt: skip
                await send({"type": "http.response.start", "status": 401, "headers": headers})
                await send({"type": "http.response.body", "body": b'{"code": "UNAUTHORIZED", "message": "no"}'})
                return
            inner = f"{self.mock.contract.scheme} {LOCAL_KEY}".encode()
            scope = {**scope, "headers": [*((n, v) for n, v in scope["headers"] if n != b"authorization"),
                                          (b"authorization", inner)]}  # fmt: skip
        await self.mock(scope, receive, send)


def patched(folder: Path) -> Path:
    """Write the published document with the security of its later version."""
    text = (files("conformance.spec") / "openapi.yaml").read_text(encoding="utf-8")
    scheme = re.compile(r"(?<=    ApiKeyAuth:\n)(?:      .*\n)+")
    text = scheme.sub("      type: http\n      scheme: bearer\n", text)
    path = folder / "patched.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_the_document_says_wins_over_prose(tmp_path: Path) -> None:
    """Prose states the word before a key whose document has none; a document that has one is right."""
    held, later = load_contract(), load_contract(patched(tmp_path))
    assert ("Api-Key", "Bearer") == (held.scheme, later.scheme)
    door = {"only": ("accept.smallest*", "accept.fullest*", "*credential*")}
    assert CONFORMING == said(run_of(later, BearerOnly(later), **door))
    verdict, causes, _ = said(run_of(held, BearerOnly(held), **door))
    assert ("not conforming", ["Rejects a valid credential"]) == (verdict, causes)


def test_cookies_are_one_field_in_the_place_of_the_first() -> None:
    """A client sends one `Cookie`; without a second one nothing changes."""
    headers = (("A", "1"), ("Cookie", "a=1"), ("B", "2"))
    assert headers == one_cookie(headers)
    assert (("A", "1"), ("Cookie", "a=1; b=2"), ("B", "2")) == one_cookie((*headers, ("Cookie", "b=2")))
