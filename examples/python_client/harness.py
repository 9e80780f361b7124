"""Harness for `conformance client`: makes one call of a client library for each input line.

Fill in CLIENT, `call` and `plain`; keep the rest.
"""

import asyncio
import decimal
import enum
import inspect
import json
import sys
import traceback

from environments import Environments

CLIENT = "environments 1.0"


def call(base_url, api_key, body, parameters):
    """Make the call with your client and return what it returns; do not catch its exceptions."""
    return Environments(base_url, api_key).create(parameters["model_id"], body)


def plain(result):
    """Return the result of `call` as JSON data, such as `result.to_dict()`, with every value that it has.

    Date-times, enums, decimals and UUIDs may stay as they are. An exception is the harness's, not the client's.
    """
    return result


# What follows is the protocol.


def written(value):
    """Return a value that JSON does not have as one that it has."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if type(value).__name__ == "UUID":
        return str(value)
    raise TypeError(f"plain() returned a {type(value).__name__}, which is not JSON data")


def is_ours(error):
    """Tell whether a line of this file failed, and not the client: `None.to_dict()`, a name that does not exist."""
    kinds = (AttributeError, ImportError, LookupError, NameError, TypeError)
    innermost = traceback.extract_tb(error.__traceback__)[-1]
    return isinstance(error, kinds) and innermost.filename == is_ours.__code__.co_filename


def described(error):
    return {"type": type(error).__name__, "message": str(error)}


def result(loop, base_url, api_key, body_json, **parameters):
    try:
        returned = call(base_url, api_key, json.loads(body_json), parameters)
        if inspect.isawaitable(returned):
            returned = loop.run_until_complete(returned)
    except Exception as error:
        return {"failed" if is_ours(error) else "raised": described(error)}
    try:
        data = None if returned is None else plain(returned)
        return {"returned_json": json.dumps(data, default=written)}
    except Exception as error:
        return {"failed": described(error)}


def main():
    out, sys.stdout = sys.stdout, sys.stderr  # what a client prints must not mix with the results
    json.loads(sys.stdin.readline())
    print(json.dumps({"protocol": 1, "client": CLIENT}), file=out, flush=True)
    loop = asyncio.new_event_loop()
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps({"id": asked["id"], **result(loop, **asked["call"])}), file=out, flush=True)


if __name__ == "__main__":
    main()
