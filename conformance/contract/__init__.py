"""From an OpenAPI document to what a target is held to: nodes, validators, requirements, prose."""
