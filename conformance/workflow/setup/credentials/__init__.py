"""The credentials of a run: where the key comes from, and those of other security schemes."""
