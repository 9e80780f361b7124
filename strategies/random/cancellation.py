"""The word for an end that is no failure, apart from the libraries that it passes through."""


class StoppedError(BaseException):
    """Raised in a thread that makes cases which nobody wants any more; no library takes it for a failing test."""
