"""Clients made wrong, and what a run says of them."""

from datetime import datetime


def causes(results):
    """Return the sentences of what was found, with the strength of each."""
    return {(cause.strength.value, cause.sentence) for cause in results.causes}


def broken(results):
    """Return the requirements that were found broken."""
    return {found.requirement for found in results.findings}


def change_answer(client, change):
    """Make a client return something else."""
    right = client.read
    client.read = lambda response: change(right(response))
    client.validate = lambda _: None


def lose_null(answer):
    """Drop members that are null."""
    return {name: value for name, value in answer.items() if value is not None}


def instant(answer):
    """Read a date-time as Python does."""
    return {**answer, "created_at": datetime.fromisoformat(answer["created_at"]).isoformat()}


def coerced(value):
    """Convert the strings of a response as a lax parser does."""
    if isinstance(value, dict):
        return {name: coerced(item) for name, item in value.items()}
    return {"no": False, "true": True, "1": 1}.get(value, value) if isinstance(value, str) else value
