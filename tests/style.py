"""What the style rules out in every text that a person reads; CONTRIBUTING says why."""

import re

RULED_OUT = (
    r"takes?|taken|refus\w+|answer(?:s|ed|ing)?|leaves? out|left out|as (?:it|they) (?:was|were) sent|is due|members?"
    r"|(?:a|an empty|another|every) text|texts|a certain|typical|odd|spellings?|tells?|told|(?:is|not) whole"
    r"|comes? to nothing|at random|nobody|whoever|somebody|comes? back|in (?:its|their) place|in the place of"
    r"|beyond (?:unsigned )?\d+ bits|in silence|breaks? off|broken off|cut off|cut short|lets? pass|mend(?:s|ed)?"
    r"|undeclared (?:members?|propert\w+|values?)|stands?|whereof|speaks?|spoke|unharmed|anew"
)
UNWANTED = re.compile(rf"(?<![\w'-])(?:{RULED_OUT})(?![\w'-])", re.IGNORECASE)
"""Words of which the glossary has better ones."""

_QUOTED = re.compile(r"`[^`]*`|JSON texts?")
"""A name or a value, which is no word of the text, and a term of RFC 8259."""

PLACEHOLDER = re.compile(r"\{\w*\}|%s|<\w+>|\bNone\b|\bMissing\b|MISSING")
"""What a template leaves where it was not filled."""

LONGEST = 160
"""How many characters a message has at most."""


def plain(text: str) -> str:
    """Return a text without what is no word of its own."""
    return _QUOTED.sub("", text)
