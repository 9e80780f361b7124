"""What the Python harnesses share: the protocol, and the types of what a client returns."""

import json
import sys


def play(client, call):
    """Make the calls that are asked for with `call(base_url, api_key, model_id, body)`.

    It returns a JSON text and the types of the objects in it by pointer.
    """
    out, sys.stdout = sys.stdout, sys.stderr
    json.loads(sys.stdin.readline())
    print(json.dumps({"protocol": 1, "client": client}), file=out, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        given = asked["call"]
        try:
            body = json.loads(given["body_json"])
            returned, types = call(given["base_url"], given["api_key"], given["model_id"], body)
            answer = {"returned_json": returned, "types": types}
        except Exception as error:  # noqa: BLE001 (whatever a client raises is its answer)
            answer = {"raised": {"type": type(error).__name__, "message": str(error)}}
        print(json.dumps({"id": asked["id"], **answer}), file=out, flush=True)


def types_of(value, pointer=""):
    """Return the name of the type of each object that a client returned, by JSON pointer."""
    if isinstance(value, dict):
        members = value
    elif isinstance(value, str | bytes):
        return {}
    elif hasattr(value, "__attrs_attrs__"):
        members = {each.name: getattr(value, each.name) for each in value.__attrs_attrs__}
    elif hasattr(value, "__dict__"):
        members = vars(value)
    else:
        return {}
    found = {pointer: type(value).__name__}
    for name, item in members.items():
        if not name.startswith("_") and name != "additional_properties":
            found.update(types_of(item, f"{pointer}/{name}"))
    return found
