"""How cases are made: values, bodies, bytes, combinations, and the catalogue of them all."""
