"""What several checks use: the exchange read once, places, findings, the two validators."""
