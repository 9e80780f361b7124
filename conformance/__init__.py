"""Contract testing and conformance reports for one operation of an OpenAPI document."""
