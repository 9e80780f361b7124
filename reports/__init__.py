"""From the journal of a run to documents: results, HTML, JUnit, Markdown."""
