"""What the families of faults are made from."""
