"""The pytest plugin: options, fixtures, and the suite as tests."""
