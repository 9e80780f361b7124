"""The version of the suite, as the distribution states it."""

VERSION = "0.1.0"
