"""Intervals of a paired difference of shares against worked examples in print."""

import numpy as np

from ldn_analysis.crossover.paired_intervals import paired_newcombe_interval, paired_tango_interval


def test_newcombe_worked_examples():
    # Newcombe 1998 (Stat Med 17:2635), 50 pairs, 36, 12, 2, 0: method 10.
    low, high = paired_newcombe_interval(36, 12, 2, 0, 0.95)
    assert (round(low, 4), round(high, 4)) == (0.0569, 0.3404)
    # Fagerland, Lydersen and Laake (2017), complete response, 59, 6, 16, 80.
    low, high = paired_newcombe_interval(59, 6, 16, 80, 0.95)
    assert (round(low, 4), round(high, 4)) == (-0.1186, -0.0046)
    # Fagerland, Lydersen and Laake (2014), airway hyper-responsiveness, 1, 1, 7, 12.
    low, high = paired_newcombe_interval(1, 1, 7, 12, 0.95)
    assert (round(low, 3), round(high, 3)) == (-0.507, -0.026)


def test_tango_worked_example_and_symmetry():
    # Fagerland, Lydersen and Laake (2014), airway hyper-responsiveness, 1, 1, 7, 12.
    low, high = paired_tango_interval(1, 1, 7, 12, 0.95)
    assert (round(low, 3), round(high, 3)) == (-0.517, -0.026)
    mirror = paired_tango_interval(1, 7, 1, 12, 0.95)
    np.testing.assert_allclose(mirror, (-high, -low), rtol=1e-9)
