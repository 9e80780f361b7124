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
    ("api-key-file", "api_key_file", TEXT, "FILE", "File that holds the key."),
    ("api-key-command", "api_key_command", TEXT, "COMMAND", "Command that writes the key."),
    ("header", "headers", LIST, "'NAME: VALUE'", "A header of every request. Repeatable."),
    ("secret-header", "secret_headers", LIST, "NAME[=VARIABLE]", "A header whose value is not shown. Repeatable."),
    ("ca-bundle", "ca_bundle", TEXT, "FILE", "Certificates to trust in the place of the system's (PEM)."),
    ("client-cert", "client_cert", TEXT, "FILE", "The certificate to show to the target (PEM)."),
    ("client-key", "client_key", TEXT, "FILE", "Its key, where it is not in the same file."),
    ("stateless", "stateless", FLAG, "", "The target neither remembers nor repeats what it is sent."),
    ("probes", "probes", FLAG, "", "Read what was created, by the operations beside this one."),
    ("spec", "spec", TEXT, "FILE", "Another OpenAPI 3.1 document than the one built in."),
    ("operation", "operation", TEXT, "'METHOD /path'", "The operation in it, where it has several."),
    ("allow-host", "allow_hosts", LIST, "HOST", "A host that is not this machine and may be sent to. Repeatable."),
    ("allow-plaintext", "allow_plaintext", FLAG, "", "Send the key to such a host over http."),
    ("allow-name-edges", "allow_name_edges", FLAG, "", "Create objects with odd names there."),
    ("cleanup", "cleanup", FLAG, "", "Remove what was created, at the end."),
    ("max-creations", "max_creations", TEXT, "N", "Objects created, at most."),
    ("max-requests", "max_requests", TEXT, "N", "Requests, at most."),
    ("profile", "profile", TEXT, "PROFILE", "How much to send: smoke, standard, full."),
    ("shard", "shard", TEXT, "I/N", "Part I of N parts of the plan."),
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
    ("max-body", "max_body", TEXT, "BYTES", "Bytes of one answer, at most."),
    ("min-coverage", "min_coverage", TEXT, "PERCENT", "Sides of the request's keywords to exercise, at least."),
    ("fail-on", "fail_on", TEXT, "STRENGTH", "The weakest strength that fails a test: must (the default) or should."),
    ("waivers", "waivers", TEXT, "FILE", "Failures that are let pass: who answers for each, why, and until when."),
    ("out", "out", TEXT, "DIR", "Folder for journal and reports of the suite's tests."),
    ("report", "reports", LIST, "KIND", "A kind of report to write. Repeatable; all by default."),
    ("junit-by", "junit_by", TEXT, "UNIT", "What a test case of the JUnit report stands for: case or requirement."),
)
"""Name after `--conformance-`, member of `RunOptions`, kind of value, and what the help says."""

WITHOUT = {
    "phases": "random cases are no tests: the suite is the catalogue, whatever a file of settings says",
    "example_db": "as for phases",
    "waivers_update": "it drafts a file, which is the command's work",
    "resume": "a session of tests is a run of its own",
    "resend_interrupted": "as for resume",
}
"""Members of `RunOptions` that are no option of pytest, and why."""
