"""The whole jobs, put together: a run, a proof."""
