"""What the judge says of a client: templates of sentences, filled with values and names alone.

The sentence of a cause holds no value of a message, so that it is the same in every run; the message of a finding
holds the values of its scenario.
"""

from conformance.checks.shared.differences import quoted, type_word, with_article
from conformance.checks.shared.findings import clean
from conformance.checks.shared.messages import Wording
from conformance.classify.wording import LONGEST_VALUE, name_of
from conformance.clients.scenarios.scenario import CODED, Fate, Reply
from conformance.contract.schemas.nodes import Node
from conformance.model.case import Story
from conformance.model.jsontext import try_read

DAMAGED = CODED | {Fate.TRUNCATED, Fate.TRUNCATED_CHUNKS}
"""Fates that a message names: a response that is compressed as it should be is in no message."""

LONGEST_PATH = 55
"""How many characters of a path a message shows."""

# What a client sends.
UNSENT = Wording("Returns without sending {kind}", "Returns without sending {what}")
UNSENT_RAISED = Wording("Raises {error} instead of sending {kind}", "Raises {error} instead of sending {what}")
SENT_AGAIN = Wording("Sends a request again after a success", "Sends {count} requests; the first got status {status}")
METHOD = Wording("Uses a method other than {method}", "Sends {sent} instead of {method} for the path {path}")
PATH = Wording("Sends the request to a different path", "Sends the path {sent} instead of {expected}")
PATH_DOTS = Wording("Does not encode dots in `{name}`", "Sends the path {sent} for `{name}` `{value}`")
PATH_ENCODING = Wording("Does not percent-encode `{name}` in the path", "Sends the path {sent} for {value} as `{name}`")
PATH_EMPTY = Wording("Sends a request for an empty `{name}`", "Sends the path {sent} for an empty `{name}`")
PARAMETER = Wording(
    "Changes the {location} parameter `{name}` in the request",
    "Sends {now} for the {location} parameter `{name}` instead of {was}",
)
PARAMETER_OMITTED = Wording("Omits the {location} parameter `{name}`", "Omits the {location} parameter `{name}`: {was}")
PARAMETER_ADDED = Wording(
    "Sends the {location} parameter `{name}`, which the caller did not set",
    "Sends {now} for the {location} parameter `{name}`, which the caller did not set",
)
KEY_CONTROL = Wording(
    "Sends a request for a key with control characters instead of reporting an error",
    "Sends a request for {kind} instead of reporting an error",
)
KEY_FIELD = Wording("Lets a key with a line break add a header field to the request")
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
SENT_DEFAULT = Wording(
    "Sends the documented default of a property that the caller did not set", "Sends {now}, which was not set"
)
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
UNDECLARED_STATUS = Wording("Accepts a success status that the document does not declare", "Accepts status {status}")
RETRIED = Wording(
    "Sends a {method} request again after {kind}, although it may have been processed",
    "Sends {count} {method} requests after {what}",
)
STATUS_LOST = Wording(
    "Reports no status for an error with a body that cannot be parsed (raises {error})",
    "Raises {error} for status {status} with a body that cannot be parsed, and `{usual}` otherwise",
)
REDIRECT_GET = Wording(
    "Returns the response to a {method} request after a redirect of a {first} request",
    "Returns the response to {method} after status {status} for {first}",
)
REDIRECT_SEE_OTHER = Wording(
    "Follows status 303 with a method other than GET", "Follows status {status} with a {method} request"
)
REDIRECT_METHOD = Wording(
    "Follows status 307 or 308 with another method or body",
    "Follows status {status} for {first} with a {method} request of another method or body",
)
REDIRECT_KEY = Wording(
    "Sends the key to another host after a redirect", "Sends the key in {place} to another host after status {status}"
)
REDIRECT_BODY = Wording(
    "Sends the body to another host after a redirect", "Sends the body to another host after status {status}"
)
KEY_SHOWN = Wording("Shows the key in an error message", "Shows the key in the message of `{error}`")

# Why something is not decided.
ALWAYS_RAISES = "The client raises {error} for valid responses as well"
NOT_CALLED = "The client sent no request and raised {error}"
NOT_CALLED_RETURNED = "The client sent no request and returned a value"
NO_JSON_RETURNED = "The harness returned text that is not JSON ({fault})"
ENVELOPE_RETURNED = (
    "The harness returned `data` and `error`; it must return `data`, and raise `error` where that is set"
)
JUDGE_FAILED = "The judge failed with {error}"


def type_of(value: object) -> str:
    """Return the type of a value with its article."""
    return "`null`" if value is None else with_article(type_word(value))


def shown_text(text: str) -> str:
    """Return a text that is no JSON value, such as a path, or its beginning."""
    return f"`{clean(text, LONGEST_PATH)}`"


def with_value(pointer: str, value: object, root: Node | None) -> str:
    """Return a property and its value."""
    name, text = name_of(pointer, root), quoted(value)
    if not pointer:
        return f"{text} as {name}"
    return f"`{name.strip('`')}: {text[1:-1]}`" if text.startswith("`") else f"{text} for {name}"


def planted(story: Story, root: Node | None) -> str:
    """Return what is special about a body: a property and its value, or its class where that is long."""
    if story.keyword == "key":
        return f"a request with {story.kind}"
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
    if reply.fate is Fate.SILENT:
        return "no response from a server that keeps the connection open"
    if reply.fate is Fate.RESET:
        return "a connection closed without a response"
    media_type = dict(reply.headers).get("Content-Type", "")
    if reply.fate is Fate.CLOSED_EARLY:
        return f"status {reply.status} with a body {reply.fate.value}"
    if reply.fate in DAMAGED:
        return f"status {reply.status} with a {reply.fate.value} body"
    if media_type.startswith("text/html"):
        return f"status {reply.status} with an HTML page"
    if not reply.body:
        return f"status {reply.status} with an empty body"
    found = try_read(reply.body)
    kind = "a body that is not JSON" if found is None else "a duplicate property" if found.duplicates else ""
    return f"status {reply.status}" + (f" with {kind}" if kind else "")
