"""Data of the suite: the published document, requirement rows, prose rules, schemas."""
