"""Whether printed numbers agree with each other."""
