"""Templates of harnesses: each makes its own call, to be replaced by the call of a client library."""

from importlib.resources import files

from conformance.contract.contract import Contract

NAMES = {"python": "harness.py", "python-async": "harness.py", "typescript": "harness.mts", "curl": "harness.sh"}
"""The languages of the templates, and the file name of each."""


def template(language: str, contract: Contract) -> tuple[str, str]:
    """Return the file name and the text of the template in a language, for the operation of a contract."""
    text = (files("conformance.clients") / "harnesses" / f"{language}.txt").read_text(encoding="utf-8")
    security, operation = contract.operation.security, contract.operation
    header = security.name if security and security.location == "header" else "Authorization"
    scheme = f"{contract.scheme} " if contract.scheme else ""
    filled = {"@PATH@": operation.path, "@METHOD@": operation.method, "@HEADER@": header, "@SCHEME@": scheme}
    for name, value in filled.items():
        text = text.replace(name, value)
    return NAMES[language], text
