"""A client of httpx or httpx2 as a target."""
