"""The profile `conformance` of Hypothesis: for tests that send what they draw to a server.

Hypothesis finds it by an entry point, so that `pytest --hypothesis-profile conformance` and
`settings.load_profile("conformance")` work without another import.
"""

from hypothesis import HealthCheck, settings

NAME = "conformance"


def register() -> None:
    """Register the profile: no deadline, as servers take their time, and fixtures that serve all examples of a test."""
    health = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large)
    settings.register_profile(NAME, deadline=None, max_examples=50, print_blob=True, suppress_health_check=health)
