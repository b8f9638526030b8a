"""A straight line: fit, checks, influence, robust lines, bootstrap, permutation; Fig. 2."""
