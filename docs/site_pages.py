"""Pages of the site that are made from what they describe, and pages of the tree that are read there as well."""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from conformance.cli import cli
from conformance.clients.judging.requirements import client_requirements
from conformance.contract.contract import load_contract
from conformance.model.requirement import Requirement
from conformance.reports.results import results_schema

ROOT = Path(__file__).parents[1]
COPIED = {
    "README.md": "index.md",
    "examples/README.md": "examples.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
}
"""Pages of the tree that the site has as well, and their names there."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made here, and the JSON Schemas."""
    made = {name: (ROOT / path).read_text(encoding="utf-8") for path, name in COPIED.items()}
    made |= {"commands.md": commands(), "requirements.md": requirements(), "results.md": results()}
    for schema in (ROOT / "spec" / "schemas").glob("*.json"):
        made[f"schemas/{schema.name}"] = schema.read_text(encoding="utf-8")
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return a page whose links lead to the pages of the site."""
    del page, config, files
    return re.sub(r"\]\(((?:\.\./|docs/)?[\w./-]+)(#[\w-]*)?\)", _linked, markdown)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Return a page that requests nothing from another host: the theme loads one script from there."""
    del page, config
    return output.replace("https://unpkg.com/iframe-worker/shim", "iframe-worker.js")


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Return a page that belongs to no document, such as 404.html, as `on_post_page` does."""
    del template_name, config
    return output_content.replace("https://unpkg.com/iframe-worker/shim", "iframe-worker.js")


def _linked(found: re.Match[str]) -> str:
    path, anchor = found[1].removeprefix("../"), found[2] or ""
    path = COPIED.get(path, path.removeprefix("docs/").removeprefix("spec/"))
    return f"]({path}{anchor})"


def commands() -> str:
    """Return the page of the commands: what `--help` prints of each."""
    parts = [
        "# Commands",
        "Each command as `--help` describes it. [Options](options.md) has the same options for files.",
    ]
    for path, text in _helps(cli, "conformance"):
        parts.append(f"## {path}\n\n```text\n{text}\n```")
    return "\n\n".join(parts)


def _helps(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    with click.Context(
        command, info_name=path, max_content_width=78, terminal_width=78, help_option_names=["-h", "--help"]
    ) as context:
        yield path, command.get_help(context)
    for name, each in getattr(command, "commands", {}).items():
        yield from _helps(each, f"{path} {name}")


def requirements() -> str:
    """Return the page of the requirements of the built-in document, for servers and for clients."""
    contract = load_contract()
    parts = [
        "# Requirements",
        f"What a run gives outcomes to, for `{contract.operation.name}` of the built-in document.",
        "Another document has others: `conformance spec requirements --spec FILE` lists them.",
        "## Servers and mock servers",
        _rows(contract.requirements),
        "## Client libraries",
        _rows(client_requirements(contract)),
    ]
    return "\n\n".join(parts)


def _rows(rows: tuple[Requirement, ...]) -> str:
    head = "| requirement | strength | source |\n| --- | --- | --- |\n"
    return head + "\n".join(
        f"| {_cell(each.title)}<br>`{each.id}` | {each.strength} | {', '.join(map(_source, each.source))} |"
        for each in rows
    )


def _source(text: str) -> str:
    return f"`{text}`" if text.startswith("#/") else _cell(text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def results() -> str:
    """Return the page of `results.json`, from its schema."""
    schema = results_schema()
    root = schema["$ref"].rpartition("/")[2]
    parts = [
        "# results.json",
        "The stable interface to other programs. [schemas/results.json](schemas/results.json) is its JSON Schema.",
    ]
    definitions = {root: schema["$defs"][root]} | schema["$defs"]
    for name, each in definitions.items():
        parts += [f"## {name}", _cell(inspect.cleandoc(each.get("description", "")))]
        if "properties" in each:
            lines = [f"| `{key}` | {_type(value)} |" for key, value in each["properties"].items()]
            parts.append("| property | type |\n| --- | --- |\n" + "\n".join(lines))
        else:
            parts.append(f"One of: {', '.join(f'`{value}`' for value in each.get('enum', ()))}")
    return "\n\n".join(filter(None, parts))


def _type(schema: dict[str, Any]) -> str:
    """Return the type of a property in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    kind = schema.get("type", "any value")
    if kind == "array":
        return f"array of {_type(schema['items'])}" if isinstance(schema.get("items"), dict) else "array"
    inner = schema.get("additionalProperties")
    return f"object of {_type(inner)}" if kind == "object" and isinstance(inner, dict) else str(kind)
