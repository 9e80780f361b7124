"""What checks say of a target: templates of sentences, filled with values and names alone.

The sentence of a cause holds no value of a message, so that it is the same in every run; the message of a finding says
what the target did with one request.
"""

from typing import TypedDict

import msgspec


class Texts(TypedDict):
    """The two texts of a finding."""

    sentence: str
    message: str


class Wording(msgspec.Struct, frozen=True):
    """The templates of a cause's sentence and of a finding's message; without the latter both are the same."""

    sentence: str
    message: str = ""

    def filled(self, **values: object) -> Texts:
        """Return both texts; a template takes the values that it names."""
        return Texts(sentence=self.sentence.format(**values), message=(self.message or self.sentence).format(**values))


def with_status(what: str, status: int) -> str:
    """Return what was sent with the status of the response to it."""
    shown = what.startswith(("`", "the ")) and what.endswith("`")
    return f"{what} with {status}" if shown else f"{what} ({status})"


# Whether a request is accepted.
ACCEPTS = Wording("Accepts {kind}", "Accepts {request}")
REJECTS = Wording("Rejects {kind}", "Rejects {request}")
NO_KEY = Wording("Accepts any key: configure a key (--api-key-env) to test how a wrong one is rejected")
DOCUMENTED = Wording(
    "Accepts values outside the ranges and rules that the documentation states",
    "Accepts {request}, which the documentation rules out",
)
UNDECLARED_METHOD = Wording("Accepts an undeclared method", "Accepts the undeclared method {method} ({status})")

# The status of a response.
SERVER_ERROR = Wording("Returns {word} for {kind}", "Returns {status} for {what}")
REDIRECTED = Wording("Returns a redirect instead of a 4xx for {kind}", "Returns {status} instead of a 4xx for {what}")
REJECTION = Wording("Returns {word} for {kind}", "Returns {status} for {what}, expected {expected}")
METHOD = Wording("Returns a 4xx other than 404 and 405 for an undeclared method", "Returns {status} for {method}")
NO_ALLOW = Wording("Returns 405 without `Allow`", "Returns 405 without `Allow` for {method}")
ALLOW = Wording(
    "Returns an `Allow` that lists other methods than those that work",
    "Returns 405 with `Allow: {found}` for {method}; {declared} works and {method} does not",
)
UNDECLARED_STATUS = Wording(
    "Returns {word}, which the document does not declare", "Returns {status} for {what}, expected {expected}"
)
NOT_FOUND = Wording("Returns {word} for the documented method and path")
CREDENTIAL_STATUS = Wording(
    "Returns {word} instead of 401 or 403 for an invalid credential", "Returns {status} for {what}, expected 401 or 403"
)
CHALLENGE = Wording("Returns 401 without `WWW-Authenticate`", "Returns 401 without `WWW-Authenticate` for {what}")
ORDER = Wording(
    "Rejects an invalid body before an invalid credential", "Returns {status} for {what}, expected 401 or 403"
)
RETRY_AFTER = Wording("Returns 429 without `Retry-After`")

# The connection, the time, and header fields.
NO_RESPONSE = Wording("{does} for {kind}", "{does} for {what}")
CLOSED_OFTEN = Wording(
    "Closes connections before a response, and responds to a retry",
    "Closes the connection of {rate} before a response, and responds to a retry",
)
LIMITED_OFTEN = Wording(
    "Returns 429, and another status to a retry", "Returns 429 to {rate}, and another status to a retry"
)
DATE = Wording("Returns a response without `Date`", "Returns {status} without `Date`")
RESPONSE_TIME = Wording(
    "Responds later than the limit (--max-response-time)", "Responds after {seconds:.3f} s; the limit is {limit:g} s"
)
KEY_SHOWN = Wording("Returns the key in a response", "Returns the key in {place} of a response")

# The body of a response.
CONTENT_TYPE = Wording(
    "Returns a success response with {observed}", "Returns {found} instead of `Content-Type: {declared}`"
)
CONTENT_CODING = Wording("Returns a body that is not in the content coding that it declares")
BYTE_ORDER_MARK = Wording("Returns a body with a byte order mark")
DUPLICATE = Wording("Returns an object with a duplicate property", "Returns the property {name} twice in one object")
NOT_JSON = Wording("Returns {observed} with a success status", "Returns {observed} with {status}")
NO_PROPERTY = Wording("Omits a required property", "Omits the required property {name}")
CLOSED = Wording("Returns an unknown property in a closed object", "Returns the unknown property {name}")
ENUM = Wording("Returns an unknown enum value", "Returns {found} for {name}, which is not in the enum")
TYPE = Wording("Returns {observed} where {kind} is required", "Returns {found} for {name}, which must be {kind}")
FORMAT = Wording("Returns a string that is not a valid {kind}", "Returns {found} for {name}, which must be a {kind}")
KEYWORD = Wording("Returns a value that violates {keyword}", "Returns {found} for {name}, which violates {keyword}")
UNKNOWN = Wording("Returns unknown properties", "Returns the unknown properties {names}")

# Responses beside the first success, and header fields of all.
BODY_NOT_DECLARED = Wording(
    "Returns a body in a success response that declares none", "Returns a body with {status}, which declares none"
)
RESPONSE_MEDIA_TYPE = Wording(
    "Returns a media type that the document does not declare for the status",
    "Returns {found} with {status}, expected {declared}",
)
NO_HEADER = Wording("Omits the header field `{name}`", "Omits the header field `{name}` with {status}")
HEADER_INVALID = Wording(
    "Returns a value that violates the schema of the header field `{name}`",
    "Returns {found} for the header field `{name}`, which violates its schema",
)

# The body of an error.
NO_REPRESENTATION = Wording("Returns an error with an empty body", "Returns {status} with an empty body")
ERROR_NOT_JSON = Wording(
    "Returns an error whose body is declared as JSON and is not JSON", "Returns {status} with a body that is not JSON"
)
ERROR_PAGE = Wording("Returns an error with {observed}", "Returns {status} with {observed}")
ERROR_SHAPE = Wording(
    "Returns an error without the documented string properties",
    "Returns {status} without the string properties {names}",
)

# What was sent, beside what is returned.
ECHO_OTHER = Wording("Returns {way} than was sent", "Returns {found} for {name}; {sent} was sent")
ECHO_OMITTED = Wording("Omits {kind} that was sent", "Omits {name}; {sent} was sent")
ECHO_INSTEAD = Wording("Returns {way} of {kind} that was sent", "Returns {found} for {name}; {sent} was sent")
ECHO_CHANGED = Wording("Returns {kind} {way}", "Returns {found} for {name}; {sent} was sent")
DEFAULT = Wording(
    "Does not apply the declared default of an absent property",
    "Returns {found} for {name}, whose declared default is {default}",
)
STATED_DEFAULT = Wording(
    "Does not apply the stated default of an absent property",
    "Returns {found} for {name}, whose stated default is {default}",
)
NOT_CONTAINED = Wording(
    "Returns {name} without the value that was sent", "Returns {found} for {name}, which does not contain {sent}"
)
DOCUMENTED_DEFAULT = Wording(
    "Does not apply the documented default of an absent property",
    "Returns {found} for {name}, whose documented default is {default}",
)
NULL_AND_ABSENT = Wording(
    "Returns a different value for null than for an absent property",
    "Returns {null} where {name} was null, and {absent} where it was absent",
)

# Objects that were created.
CREATION_TIME = Wording(
    "Returns a creation time far from the time of the request",
    "Returns {found} for {name}, more than {tolerance:g} s from the time of the request",
)
NEW_OBJECT = Wording(
    "Returns a new object with a property that must still be null",
    "Returns {found} instead of null for {name} of a new object",
)
OTHER_OBJECT = Wording(
    "Returns the object of another request", "Returns the object {found} of another request; {sent} was sent"
)
MIXED = Wording("Mixes up concurrent requests", "Returns the value of a concurrent request for {names}")
KEPT = Wording("Returns values of an earlier request", "Returns the value of an earlier request for {names}")
SAME_OBJECT = Wording(
    "Returns one object for two creations with different names", "Returns the name {found} for two different names"
)
SIMILAR_NAMES = Wording("Treats two similar names as one", "Treats {kind} as the same name")
SIDE_EFFECT = Wording(
    "Keeps the name of a rejected request",
    "Returns {status} for a valid request with the name of a rejected one",
)
SETTINGS_REJECTED = Wording(
    "Rejects a second creation with the same name and other settings",
    "Returns {status} for a second creation with the same name and other settings",
)
SETTINGS_RETURNED = Wording(
    "Accepts a second creation with the same name, and returns {values}",
    "Accepts a second creation with the same name and other settings, and returns {values}",
)
VISIBLE = Wording(
    "Returns a created object with different values", "Returns different values of a created object for {names}"
)
INVISIBLE = Wording("Returns {word} for a created object")
CLEANUP = Wording("Does not remove a created object", "Returns {status} for {method} of a created object")

# Why something is not decided.
UNREAD = "A response is larger than the limit (--max-body) and was not validated"
UNREADABLE = "The response cannot be read ({reason})"
DISPUTED = "The validators disagree: {reason}"
NAME_OR_BODY = "A valid request with the name of a rejected one was rejected with {status}, for its name or its body"
CHECK_FAILED = "The suite's own check {check!r} failed with {error}"
