"""The process that generates random cases: what runs in it, and what a run and it send each other."""
