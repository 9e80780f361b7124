"""Reading: from files to one OpenAPI document with references that lead into it."""
