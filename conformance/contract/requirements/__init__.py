"""Requirements: those that are derived from the document, and those that are data."""
