"""Cases that belong together: relations, and requests that hold several values at once."""
