"""What the judge says of a client: templates of sentences, filled with values and names alone.

The sentence of a cause holds no value of a message, so that it is the same in every run; the message of a finding
holds the values of its scenario.
"""

from typing import TypedDict

import msgspec

from conformance.checks.shared.differences import type_word, with_article
from conformance.checks.shared.findings import CUT, brief, clean
from conformance.clients.scenarios.scenario import Fate, Reply
from conformance.contract.nodes import Node, name_in
from conformance.model.case import Story
from conformance.model.json_values import MISSING
from conformance.model.jsontext import try_read
from conformance.model.pointer import split

LONGEST_VALUE = 40
"""How many characters of JSON a message shows; a longer value is named by its class."""

LONGEST_PATH = 55
"""How many characters of a path a message shows."""

LONGEST_NAME = 80
"""How many characters of a name a message shows."""

TYPES = {"text": "string", "list": "array"}
"""JSON's names of types, where the checks have another word."""


WAYS = {
    "another text": "a different string",
    "another number": "a different number",
    "another value": "a different value",
    "left out": "omitted",
    "spaces cut off": "trimmed",
    "cut short": "truncated",
    "normalised": "normalized",
    "its sign lost": "without its sign",
    "cut to a machine type": "clamped to a machine type",
    "fraction cut off": "truncated to an integer",
}
"""Classes of differences, where the checks have another word."""


class Texts(TypedDict):
    """The two texts of a finding."""

    sentence: str
    message: str


class Wording(msgspec.Struct, frozen=True):
    """The templates of a cause's sentence and of a finding's message."""

    sentence: str
    message: str

    def filled(self, **values: object) -> Texts:
        """Return both texts; a template takes the values that it names."""
        return Texts(sentence=self.sentence.format(**values), message=self.message.format(**values))


# What a client sends.
UNSENT = Wording("Returns without sending {kind}", "Returns without sending {what}")
UNSENT_RAISED = Wording("Raises {error} instead of sending {kind}", "Raises {error} instead of sending {what}")
SENT_AGAIN = Wording("Sends a request again after a success", "Sends {count} requests; the first got status {status}")
METHOD = Wording("Uses a method other than {method}", "Sends {sent} instead of {method} for the path {path}")
PATH = Wording("Sends the request to a different path", "Sends the path {sent} instead of {expected}")
PATH_DOTS = Wording(
    "Does not encode dots in `{name}`",
    "Sends the path {sent} for `{name}` `{value}`",
)
PATH_ENCODING = Wording("Does not percent-encode `{name}` in the path", "Sends the path {sent} for {value} as `{name}`")
NO_KEY = Wording("Sends no key in `{field}`", "Sends no `{field}`, which must hold the key")
OTHER_KEY = Wording("Sends a value without the key in `{field}`", "Sends a value without the key in `{field}`")
KEY_ELSEWHERE = Wording("Also sends the key outside `{field}`", "Also sends the key in {place}")
SCHEME = Wording(
    "Sends the key with {sent} instead of {expected}", "Sends the key in `{field}` with {sent} instead of {expected}"
)
NO_MEDIA_TYPE = Wording("Sends no `Content-Type`", "Sends the body without `Content-Type`")
MEDIA_TYPE = Wording(
    "Sends a `Content-Type` other than `{expected}`", "Sends `Content-Type: {sent}` instead of `{expected}`"
)
ACCEPT = Wording("Does not accept `{expected}` as the response", "Sends `Accept: {sent}`, which excludes `{expected}`")
NO_BODY = Wording("Sends no body", "Sends no body")
NOT_JSON = Wording("Sends a body that is not JSON", "Sends a body of {size} bytes that is not JSON")
DUPLICATE = Wording("Sends a duplicate property", "Sends the property {name} twice")
INVALID_BODY = Wording(
    "Turns a valid body into one that violates `{keyword}`", "Sends {now} for {name}, which violates `{keyword}`"
)
SENT_ADDED_NULL = Wording("Sends `null` for a property that the caller did not set", "Sends {now}, which was not set")
SENT_ADDED = Wording("Sends a property that the caller did not set", "Sends {now}, which the caller did not set")
SENT_OMITTED_NULL = Wording("Omits a property that the caller set to `null`", "Omits {name}, which was set to {was}")
SENT_OMITTED = Wording("Omits {kind} that the caller set", "Omits {name}, which was set to {was}")
SENT_OTHER_TYPE = Wording("Sends {type} instead of {kind}", "Sends {now} for {name} instead of {was}")
SENT_ROUNDED = Wording("Rounds integers above 2^53 in the request", "Sends {now} for {name} instead of {was}")
SENT_CHANGED = Wording("Changes {kind} in the request ({way})", "Sends {now} for {name} instead of {was}")

# What a client makes of a valid response.
UNREADABLE = Wording("Raises {error} for every valid response", "Raises {error} for {what} with status {status}")
UNREAD = Wording("Raises {error} for a valid response with {kind}", "Raises {error} for {what} with status {status}")
NOT_RETURNED = Wording("Returns {type} for a valid response", "Returns {now} for the body of a valid response")
RETURNED_ADDED = Wording(
    "Returns a property that the response does not have", "Returns {now}, which the response does not have"
)
RETURNED_OMITTED_NULL = Wording("Omits a property that is `null`", "Omits {name}, which is {was} in the response")
RETURNED_OMITTED = Wording("Omits {kind} of the response", "Omits {name}, which is {was} in the response")
UNKNOWN_OMITTED = Wording("Omits unknown properties of the response", "Omits {name}, which is {was} in the response")
FRACTION = Wording("Truncates the fraction of a date-time", "Returns {now} for {name}; the response has {was}")
RETURNED_OTHER_TYPE = Wording("Returns {type} instead of {kind}", "Returns {now} for {name}; the response has {was}")
RETURNED_ROUNDED = Wording(
    "Rounds integers above 2^53 in the response", "Returns {now} for {name}; the response has {was}"
)
RETURNED_CHANGED = Wording("Changes {kind} of the response ({way})", "Returns {now} for {name}; the response has {was}")
OTHER_CLASS = Wording(
    "Returns {now} instead of the usual class for {kind}", "Returns {now} instead of `{usual}` for {name}"
)

# What a client makes of an invalid response, and of one that is none.
ACCEPTED = Wording("Accepts {kind}", "Accepts {what} without reporting an error")
REPAIRED = Wording("Returns {type} instead of an error for {kind}", "Returns {now} for {name}; the response has {was}")
REPAIRED_BY_OMISSION = Wording(
    "Omits the invalid property instead of reporting an error for {kind}", "Omits {name}; the response has {was}"
)
UNKNOWN_VALUE = Wording("Rejects an unknown enum value in a response (raises {error})", "Raises {error} for {what}")
ERROR_RETURNED = Wording(
    "Returns {returned} for {kind} instead of reporting an error",
    "Returns {returned} for {what} instead of reporting an error",
)
RETRIED = Wording(
    "Sends a {method} request again after {kind}, although it may have been processed",
    "Sends {count} {method} requests after {what}",
)
KEY_SHOWN = Wording("Shows the key in an error message", "Shows the key in the message of `{error}`")

# Why something is not decided.
ALWAYS_RAISES = "The client raises {error} for valid responses as well"
NOT_CALLED = "The client sent no request and raised {error}"
NOT_CALLED_RETURNED = "The client sent no request and returned a value"
NO_JSON_RETURNED = "The harness returned text that is not JSON ({fault})"
JUDGE_FAILED = "The judge failed with {error}"


def type_of(value: object) -> str:
    """Return the type of a value with its article."""
    return "`null`" if value is None else with_article(type_name(value))


def type_name(value: object) -> str:
    """Return the JSON type of a value."""
    return TYPES.get(type_word(value), type_word(value))


def shown(value: object, longest: int = LONGEST_VALUE) -> str:
    """Return a value as JSON, or its class where that is long."""
    if value is MISSING:
        return "no value"
    text = brief(value, longest)  # type: ignore[arg-type]
    if not text.endswith(CUT):
        return f"`{text}`"
    return f"{type_of(value)}{_size(value)}"


def shown_text(text: str) -> str:
    """Return a text that is no JSON value, such as a path, or its beginning."""
    return f"`{clean(text, LONGEST_PATH)}`"


def name_of(pointer: str, root: Node | None) -> str:
    """Return how a message names a property, or its beginning where the name is long."""
    name = name_in(root, pointer) if root is not None else f"`{'.'.join(split(pointer))}`" if pointer else "the body"
    return clean(name) if len(name) <= LONGEST_NAME else f"`{clean(name.strip('`'), LONGEST_NAME)}`"


def with_value(pointer: str, value: object, root: Node | None) -> str:
    """Return a property and its value."""
    name, text = name_of(pointer, root), shown(value)
    if not pointer:
        return f"{text} as {name}"
    return f"`{name.strip('`')}: {text[1:-1]}`" if text.startswith("`") else f"{text} for {name}"


def planted(story: Story, root: Node | None) -> str:
    """Return what is special about a body: a property and its value, or its class where that is long."""
    if not story.pointer.startswith("/"):
        return f"a body ({story.kind})"
    name = name_of(story.pointer, root)
    if story.keyword == "additionalProperties":
        return f"{story.kind} in {name}"
    if not story.became:
        return f"a body without {name}"
    if len(story.became) <= LONGEST_VALUE:
        return f"`{name.strip('`')}: {story.became}`"
    return f"{story.kind} for {name}"


def received(reply: Reply) -> str:
    """Return what a client receives: a status, and its body where that is not an ordinary one."""
    if reply.fate is Fate.RESET:
        return "a connection closed without a response"
    media_type = dict(reply.headers).get("Content-Type", "")
    if reply.fate in {Fate.TRUNCATED, Fate.TRUNCATED_CHUNKS}:
        return f"status {reply.status} with a {reply.fate.value} body"
    if media_type.startswith("text/html"):
        return f"status {reply.status} with an HTML page"
    if not reply.body:
        return f"status {reply.status} with an empty body"
    return f"status {reply.status}" + ("" if try_read(reply.body) else " with a body that is not JSON")


def _size(value: object) -> str:
    if isinstance(value, str):
        return f" of {len(value):,} characters"
    if isinstance(value, int):
        return f" of {len(str(abs(value)))} digits"
    return f" of {len(value)} items" if isinstance(value, list) else ""
