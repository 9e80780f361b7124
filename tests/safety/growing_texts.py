"""Texts of any length, each of which some parser or regular expression could take the square of."""

from collections.abc import Callable

SECRET = 'sk-Live/94+tZ="q8\\Rk&xVw7'  # noqa: S105 (no secret)

TEXTS: dict[str, Callable[[int], str]] = {
    "backslashes": lambda n: "\\" * n,
    "backslashes and the key": lambda n: "\\" * n + SECRET.replace("/", "\\/") + "\\" * n,
    "backslashes before each letter of the key": lambda n: "".join("\\" * (n // 26) + each for each in SECRET),
    "percent signs": lambda n: "%25" * (n // 3),
    "percent signs nested": lambda n: "%" + "25" * (n // 2),
    "ampersands": lambda n: "&amp;" * (n // 5),
    "zeros of a number": lambda n: "&#" + "0" * n,
    "many zeros of numbers": lambda n: "&#000000000" * (n // 11),
    "escapes": lambda n: "\\u0041" * (n // 6),
    "beginnings of the key": lambda n: SECRET[:-1] * (n // 24),
    "the key over and over": lambda n: SECRET * (n // 25),
    "the key in lower case": lambda n: SECRET.lower() * (n // 25),
    "white space": lambda n: " \t\r\n" * (n // 4),
    "NUL": lambda n: "\0" * n,
    "controls": lambda n: "\x01\u202e" * (n // 2),
    "letters": lambda n: "a" * n,
    "emoji": lambda n: "\U0001f600" * (n // 4),
    "frames": lambda n: "at a(b:1:" * (n // 9),
    "calls of a trace": lambda n: "at " + "a.b(" * (n // 4),
    "places of a trace": lambda n: "at " + ":1" * (n // 2),
    "slashes of a trace": lambda n: "at x(" + "/" * n,
    "frames in lines": lambda n: ("at " + "(/" * 148 + "\n") * (n // 300),
    "words of a trace": lambda n: "at " + "w" * n,
    "tags": lambda n: "<html " * (n // 6),
    "lines": lambda n: "\n" * n,
    "brackets": lambda n: "[" * n,
    "quotes": lambda n: '"' * n,
    "empty arrays": lambda n: "[" + "[]," * (n // 3) + "[]]",
    "empty objects": lambda n: "[" + "{}," * (n // 3) + "{}]",
    "one name": lambda n: "{" + '"a":1,' * (n // 6) + '"a":1}',
    "names": lambda n: "{" + ",".join(f'"{i:06}":1' for i in range(n // 11)) + "}",
    "fractions": lambda n: "[" + "1.5," * (n // 4) + "1]",
    "digits": lambda n: "9" * n,
    "a string": lambda n: '{"name": "' + "x" * n + '"}',
    "a string of backslashes": lambda n: '{"name": "' + "\\\\" * (n // 2) + '"}',
    "surrogates": lambda n: '{"name": "' + "\\ud800" * (n // 6) + '"}',
}
