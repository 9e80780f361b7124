"""What a client library is held to: its requests, and what it makes of each response."""
