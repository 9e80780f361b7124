"""The options of the plugin: those of a run, but for what means nothing to tests."""

from conformance.workflow.setup.option_table import rows
from conformance.workflow.setup.options import RunOptions

PREFIX = "--conformance-"
DEST = "conformance_"

OPTIONS = tuple(row for row in rows(RunOptions).values() if not row.option.not_in_pytest)
