"""The options of `conformance run` as pytest takes them. Every session of pytest loads this: it imports nothing."""

PREFIX = "--conformance-"
DEST = "conformance_"

TEXT, LIST, FLAG = "text", "list", "flag"

OPTIONS: tuple[tuple[str, str, str, str, str], ...] = (
    ("target", "target", TEXT, "URL", "http(s)://..., asgi:MODULE:APP, or mock (the default): a right server."),
    ("model-id", "model_id", TEXT, "ID", "Value of the path parameter. A target elsewhere needs it."),
    ("path-param", "path_params", LIST, "NAME=VALUE", "Value of a path parameter, by name. Repeatable."),
    ("unknown-model-id", "unknown_model_id", TEXT, "ID", "A value of the path parameter that names nothing there."),
    ("api-key-env", "api_key_env", TEXT, "NAME", "Environment variable that holds the key."),
    ("stateless", "stateless", FLAG, "", "The target neither remembers nor repeats what it is sent."),
    ("probes", "probes", FLAG, "", "Read what was created, by the operations beside this one."),
    ("spec", "spec", TEXT, "FILE", "Another OpenAPI 3.1 document than the one built in."),
    ("operation", "operation", TEXT, "'METHOD /path'", "The operation in it, where it has several."),
    ("allow-host", "allow_hosts", LIST, "HOST", "A host that is not this machine and may be sent to. Repeatable."),
    ("allow-plaintext", "allow_plaintext", FLAG, "", "Send the key to such a host over http."),
    ("max-creations", "max_creations", TEXT, "N", "Objects created, at most."),
    ("max-requests", "max_requests", TEXT, "N", "Requests, at most."),
    ("profile", "profile", TEXT, "PROFILE", "How much to send: smoke, standard, full."),
    ("only", "only", LIST, "GLOB", "Only cases whose id, or a requirement's, fits. Repeatable."),
    ("skip", "skip", LIST, "GLOB", "Leave out cases whose id, or a requirement's, fits. Repeatable."),
    ("seed", "seed", TEXT, "N", "Seed of everything random."),
    ("repeats", "repeats", TEXT, "N", "How often a failure of a new kind is sent again."),
    ("rate", "rate", TEXT, "N", "Requests a second, at most."),
    ("concurrency", "concurrency", TEXT, "N", "Requests in flight, at most."),
    ("timeout", "timeout", TEXT, "S", "Seconds for one exchange."),
    ("time-budget", "time_budget", TEXT, "S", "Seconds for the whole run."),
    ("max-failures", "max_failures", TEXT, "N", "End the run after so many findings of strength must."),
    ("max-response-time", "max_response_time", TEXT, "S", "Seconds after which an answer is a finding."),
    ("fail-on", "fail_on", TEXT, "STRENGTH", "The weakest strength that fails a test: must (the default) or should."),
    ("waivers", "waivers", TEXT, "FILE", "Failures that are let pass: who answers for each, why, and until when."),
    ("out", "out", TEXT, "DIR", "Folder for journal and reports of the suite's tests."),
    ("report", "reports", LIST, "KIND", "A kind of report to write. Repeatable; all by default."),
)
"""Name after `--conformance-`, member of `RunOptions`, kind of value, and what the help says."""
