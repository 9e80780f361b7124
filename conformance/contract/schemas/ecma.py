"""Regular expressions of ECMA-262, the language of `pattern`, in the words of the engines that read them here.

jsonschema-rs, which judges, lacks a few forms that ECMA-262 has; Python, whose parse tree texts are made from, lacks
more. What cannot be said in Python is said more narrowly: a text that keeps the narrower pattern keeps the wider one.
"""

import re
from collections.abc import Iterator

PART = re.compile(
    r"\\u\{[0-9A-Fa-f]+\}|\\c[A-Za-z]|\\[pP]\{[^}]*\}|\\k<[^>]*>|\\.|\(\?<[A-Za-z_$][\w$]*>|\[\^?\]?|\{,\d*\}|.",
    re.DOTALL,
)

LETTERS = {
    "Lu": "A-Z", "Uppercase_Letter": "A-Z", "Uppercase": "A-Z", "Ll": "a-z", "Lowercase_Letter": "a-z",
    "Lowercase": "a-z", "L": "A-Za-z", "Letter": "A-Za-z", "Alphabetic": "A-Za-z", "N": "0-9", "Number": "0-9",
    "Nd": "0-9", "Decimal_Number": "0-9", "P": "!-#%-*,-/:;?@", "Punctuation": "!-#%-*,-/:;?@", "S": "$+<=>^`|~",
    "Symbol": "$+<=>^`|~", "Sc": "$", "Z": " ", "Zs": " ", "Space_Separator": " ", "White_Space": " ", "M": "\u0301",
    "Mark": "\u0301", "Mn": "\u0301", "ASCII": "\x00-\x7f", "Latin": "A-Za-z", "Greek": "\u03b1-\u03c9",
    "Cyrillic": "\u0430-\u044f", "Han": "\u4e00-\u4e2d", "Hiragana": "\u3041-\u3096", "Emoji": "\U0001f600",
}  # fmt: skip
"""Characters of a Unicode property, by its name or value: some, not all."""

OTHERS = "!"
"""A character that most properties do not have."""


def both_patterns(one: str, other: str) -> str:
    """Return the pattern of what matches both."""
    return f"^(?=[\\s\\S]*?(?:{one}))(?=[\\s\\S]*?(?:{other}))"


def for_validators(pattern: str) -> str:
    """Return a pattern without the forms that jsonschema-rs cannot read."""
    return "".join(_common(pattern))


def for_python(pattern: str) -> str:
    """Return a pattern for Python's parser: what matches it, matches the pattern in ECMA-262, classes being ASCII."""
    found, inside = [], False
    for part in PART.findall(for_validators(pattern)):
        inside = (inside or part.startswith("[")) and part != "]"
        if part.startswith("\\u{"):
            found.append(re.escape(chr(int(part[3:-1], 16))))
        elif part.lower().startswith("\\p{"):
            characters = LETTERS.get(re.split("[=:]", part[3:-1])[-1], "A-Za-z") if part[1] == "p" else OTHERS
            found.append(characters if inside else f"[{characters}]")
        else:
            found.append(part)
    return "".join(found)


def _common(pattern: str) -> Iterator[str]:
    names = re.findall(r"\((?!\?)|\(\?<([A-Za-z_$][\w$]*)>", re.sub(r"\\.", "", pattern))
    inside, before = False, ""
    for part in PART.findall(pattern):
        written = part
        if part in {"[]", "[^]"} and not inside:
            written = "(?!)" if part == "[]" else r"[\s\S]"
        elif part.startswith("[") and not inside:
            inside = True
        elif part == "]":
            inside = False
        elif inside:
            # Annex B: a hyphen beside a class of characters is one.
            written = _in_class(part, before)
        elif part.startswith("(?<"):
            written = "("
        elif part.startswith("\\k<"):
            written = f"\\{names.index(part[3:-1]) + 1}" if part[3:-1] in names else re.escape(part[1:])
        elif part.startswith("{,"):
            written = re.escape(part)
        elif re.fullmatch(r"\\c[A-Za-z]", part):
            written = _control(part)
        before = part
        yield written


def _in_class(part: str, before: str) -> str:
    if part == "-" and re.fullmatch(r"\\[dDsSwW]|\\[pP]\{.*\}", before):
        return r"\-"
    return _control(part) if re.fullmatch(r"\\c[A-Za-z]", part) else part.replace("[", r"\[")


def _control(part: str) -> str:
    return f"\\x{ord(part[2]) % 32:02x}"
