"""The suite as tests of pytest: `pytest --pyargs conformance.suite --conformance-target URL`."""
