"""Harness of the document's own Python sample: the code itself, with the host, the model and the body filled in."""

import contextlib
import io
import json
import os
import re
import sys
from pathlib import Path

import loop
import requests
import yaml


def source(document, server):
    """Return the sample for Python, and see that it is the one that is meant."""
    (path,) = document["paths"].values()
    (sample,) = [each["source"] for each in path["post"]["x-codeSamples"] if each["lang"] == "python"]
    assert server in sample
    return sample


def main():
    """Play the sample that stands in the document."""
    document = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))
    server = document["servers"][0]["url"]
    sample = source(document, server)

    def call(base_url, api_key, model_id, body):
        os.environ["BASETEN_API_KEY"] = api_key
        filled = sample.replace(server, base_url).replace("{model_id}", repr(model_id)[1:-1])
        filled = re.sub(r"json=\{.*\}", lambda _: f"json={body!r}", filled)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(filled, "sample", "exec"), {})  # noqa: S102 (the document's own code is what is tested)
        text = printed.getvalue().removesuffix("\n")
        try:
            json.loads(text)
        except ValueError:
            text = json.dumps(text)
        return text, {}

    loop.play(f"document's Python sample (requests {requests.__version__})", call)


main()
