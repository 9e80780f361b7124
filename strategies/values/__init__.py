"""Classes of valid and invalid values of a schema, and bodies made from them."""
