"""The key, from a variable, a file or a command, and the headers that every request carries."""

import base64
import os
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.operations.security import Security
from conformance.journal.events import RunStarted
from conformance.model.case import KEY
from conformance.model.errors import UsageError, os_errors_as
from conformance.runner.credentials import Credentials, ExtraHeader
from conformance.targets.httpx_client.users_client import UsersClient, shown
from conformance.workflow.setup.credentials.key_command import printed_by
from conformance.workflow.setup.credentials.other_credentials import as_sent, stated_credentials
from conformance.workflow.setup.opening import proxy_for, traits_for
from conformance.workflow.setup.options import DEFAULT_KEY_VARIABLE, RunOptions

LOCAL_KEY = "conformance-local-key"
"""The key for the reference server and for servers on this machine where none is named."""

SHORTEST_SECRET = 8
"""Characters of a secret that can be told apart: a shorter text stands in ids and words by chance, and taking it out of
all that a target says would damage them."""

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FRAMING = frozenset({"content-length", "transfer-encoding", "host", "connection"})


def find_key(
    contract: Contract,
    options: RunOptions,
    environment: Mapping[str, str] = os.environ,
    *,
    loopback: bool,
    client: UsersClient | None = None,
) -> str:
    """Return the credential, empty where the operation asks for none, and where a client of the user's hides its own.

    Raises:
        UsageError: what is to hold it or make it does not, or it has an invalid character.

    """
    security = contract.operation.security
    if security is None:
        return ""
    given = stated_credentials(options.credentials, contract, environment).get(security.id, "")
    if given:
        return _usable(security, given, f"--credential {security.id}")
    sources = {
        "--api-key-env": options.api_key_env,
        "--api-key-file": options.api_key_file,
        "--api-key-command": options.api_key_command,
    }
    named = [name for name, value in sources.items() if value]
    if len(named) > 1:
        raise UsageError(f"the key has two sources: {' and '.join(named)}", "choose one")
    if client is not None and client.credential is not None:
        if named:
            raise UsageError(f"the key has two sources: the client and {named[0]}", "remove one")
        return usable_key(client.credential.key, "the client") if client.credential.key else ""
    if options.api_key_command:
        return as_sent(security, key_from_command(options.api_key_command), "the output of --api-key-command")
    if options.api_key_file:
        path = options.api_key_file
        with os_errors_as(UsageError, f"cannot read the key from {path}", "name another --api-key-file"):
            return _usable(security, path.read_text(encoding="latin-1").strip(), str(path))
    variable = options.api_key_env or DEFAULT_KEY_VARIABLE
    key = environment.get(variable, "")
    if key:
        return _usable(security, key, variable)
    if options.api_key_env is None and loopback:
        return local_key(security)
    remedy = "set it to the key, or use --api-key-env, --api-key-file or --api-key-command"
    raise UsageError(f"the environment variable {variable} is not set", remedy)


def local_key(security: Security | None) -> str:
    """Return the credential that is made up for servers on this machine."""
    return as_sent(security, f"conformance:{LOCAL_KEY}", "") if security is not None and security.basic else LOCAL_KEY


def other_credentials(
    contract: Contract, options: RunOptions, environment: Mapping[str, str] = os.environ, *, loopback: bool
) -> dict[str, str]:
    """Return the credentials of the security schemes beside the first, by name; the key counts for one without.

    Raises:
        UsageError: one that every request needs is not given, and the target is a remote host.

    """
    operation = contract.operation
    given = stated_credentials(options.credentials, contract, environment)
    found = {}
    for each in dict.fromkeys(each for held in operation.alternatives for each in held):
        if each == operation.security:
            continue
        if each.id in given:
            found[each.id] = _usable(each, given[each.id], f"--credential {each.id}")
        elif not loopback and each in operation.also:
            raise UsageError(
                f"the security scheme {each.id!r} has no credential", f"add --credential {each.id}=env:NAME"
            )
        elif each.basic or (operation.security is not None and operation.security.basic):
            found[each.id] = local_key(each)
    return found


def _usable(security: Security, text: str, where: str) -> str:
    return usable_key(as_sent(security, text, where), where)


def with_recorded_key(options: RunOptions, header: RunStarted, folder: Path) -> RunOptions:
    """Return the options with the source of the key of the run in `folder`, unless they name another.

    A command is not in the journal: it may hold a secret, and a journal that came from elsewhere must not run one.

    Raises:
        UsageError: the key came from a command.

    """
    if options.api_key_env or options.api_key_file or options.api_key_command:
        return options
    if "api_key_command" in header.options:
        raise UsageError(f"the run in {folder} took its key from a command", "give it again with --api-key-command")
    file = header.options.get("api_key_file", "").partition("\0")[0]
    stated = tuple(filter(None, header.options.get("credentials", "").split(", ")))
    return replace(
        options,
        api_key_env=header.options.get("api_key_env"),
        api_key_file=Path(file) if file else None,
        credentials=options.credentials or stated,
    )


def names_key(
    options: RunOptions, environment: Mapping[str, str] = os.environ, client: UsersClient | None = None
) -> bool:
    """Tell whether the user says where the key is; without that, a server on this machine gets one that is made up."""
    named = options.api_key_env or options.api_key_file or options.api_key_command
    return bool(
        named
        or options.credentials
        or environment.get(DEFAULT_KEY_VARIABLE)
        or (client is not None and client.credential is not None)
    )


def key_from_command(command: str) -> str:
    """Return what a command writes to its standard output, without the line break at its end; no shell is involved.

    Raises:
        UsageError: it cannot be run, fails, takes too long, or writes no key. What it writes is never told.

    """
    return usable_key(printed_by(command).decode("latin-1").strip(), "the output of --api-key-command")


def _renewed(security: Security, command: str) -> str:
    return as_sent(security, key_from_command(command), "the output of --api-key-command")


def usable_key(key: str, where: str) -> str:
    """Return a key that can be sent, and kept out of what is written.

    Args:
        key: the key; it is never told.
        where: what it was read from.

    Raises:
        UsageError: it is empty, too short, or has an invalid character.

    """
    if not key:
        raise UsageError(f"there is no key in {where}", "add the key")
    if not key.isascii() or not key.isprintable() or " " in key:
        what = f"the key in {where} has a space, a line break or another character that a header field cannot have"
        raise UsageError(what, "remove that character")
    _long_enough(key, f"the key in {where}")
    return key


def credentials_of(
    contract: Contract,
    options: RunOptions,
    key: str,
    environment: Mapping[str, str] = os.environ,
    *,
    client: UsersClient | None = None,
) -> Credentials:
    """Return how a run gets in; what a client of the user's adds to every request is added here.

    Raises:
        UsageError: a header is none, or its value is not there.

    """
    _check_distinct(contract, key, "the key")
    security, renew = contract.operation.security, None
    if options.api_key_command and key and security is not None:
        renew = partial(_renewed, security, options.api_key_command)
    loopback = client is not None or traits_for(options, client).loopback
    others = other_credentials(contract, options, environment, loopback=loopback)
    headers = list(_headers(contract, options, environment))
    if client is not None:
        known = {each.name.lower() for each in headers}
        headers += [ExtraHeader(n, v, shown(n, v)) for n, v in client.headers if n.lower() not in known]
    for each in headers:
        if each.secret:
            _check_distinct(contract, each.value, f"the value of the secret header {each.name}")
    credentials = Credentials(key, headers=headers, renew=renew, others=others)
    if security is not None and security.basic and key:
        credentials.redaction.add(base64.b64decode(key).decode("latin-1"), KEY)
    for secret, placeholder in client.secrets() if client is not None else ():
        credentials.redaction.add(secret, placeholder)
    password = urlsplit(proxy_for(options.target)).password
    if password:
        credentials.redaction.add(unquote(password), "$PROXY_PASSWORD")
    return credentials


def _check_distinct(contract: Contract, secret: str, what: str) -> None:
    """See that a secret in a response can be told from the names of the document."""
    names = (contract.operation.path, *(row.id for row in contract.requirements))
    if secret and any(secret in name for name in names):
        raise UsageError(
            f"{what} occurs in the names of the OpenAPI document, and cannot be told apart from them in responses",
            "use another one",
        )


def _long_enough(secret: str, what: str) -> None:
    if len(secret) < SHORTEST_SECRET:
        raise UsageError(
            f"{what} has {len(secret)} characters; redaction would also replace parts of other words",
            f"use one of at least {SHORTEST_SECRET} characters",
        )


def _headers(contract: Contract, options: RunOptions, environment: Mapping[str, str]) -> Iterator[ExtraHeader]:
    security = contract.operation.security
    ours = security.name.lower() if security is not None and security.location == "header" else ""
    secret = dict(_secret(each) for each in options.secret_headers)
    given: dict[str, str] = {}
    for each in options.headers:
        name, colon, value = each.partition(":")
        if not colon:
            raise UsageError(f"{name!r} is not a header", "write --header 'NAME: VALUE'")
        given[name.strip()] = value.strip()
    named = {name.lower() for name in given}
    for name, variable in secret.items():
        if name.lower() in named:
            continue
        if not environment.get(variable):
            problem = f"the secret header {name} has no value: the environment variable {variable} is not set"
            raise UsageError(problem, f"set it, or give the header with --header '{name}: VALUE'")
        given[name] = environment[variable]
    variables = {name.lower(): variable for name, variable in secret.items()}
    for name, value in given.items():
        if name.lower() == ours:
            raise UsageError(f"the header {name} is that of the credential", "give the key with --api-key-env")
        if not TOKEN.fullmatch(name) or name.lower() in FRAMING:
            raise UsageError(f"{name!r} is a header that cannot be set", "remove it")
        if not value.isprintable():
            raise UsageError(f"the value of header {name} has an invalid character", "remove that character")
        if name.lower() in variables:
            _long_enough(value, f"the value of the secret header {name}")
        placeholder = f"${variables[name.lower()]}" if name.lower() in variables else value
        yield ExtraHeader(name, value, placeholder)


def _secret(text: str) -> tuple[str, str]:
    name, _, variable = text.partition("=")
    return name.strip(), variable.strip() or re.sub(r"\W", "_", name.strip()).upper()
