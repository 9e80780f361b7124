"""Schemas: shapes, trees of nodes, and the validators of bodies."""
