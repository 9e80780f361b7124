"""Several processes of this machine that share one run."""
