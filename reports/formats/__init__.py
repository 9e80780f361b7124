"""Reports for other programs and for summaries, one file per format."""
