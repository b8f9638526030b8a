"""Intervals of a difference of two shares in the same participants: Newcombe's and Tango's."""

import numpy as np

from ..core.intervals import compute_quantile, wilson_interval

__all__: list[str] = []


def paired_newcombe_interval(both, first_only, second_only, neither, confidence_level):
    """Interval of a paired difference of shares (Newcombe 1998, method 10), elementwise.

    The two shares' Wilson intervals are put together by Pythagoras, less their correlation.
    """
    a, b, c, d = (np.asarray(cell, float) for cell in (both, first_only, second_only, neither))
    n = a + b + c + d
    low_1, high_1 = wilson_interval(a + b, n, confidence_level)
    low_2, high_2 = wilson_interval(a + c, n, confidence_level)
    share_1, share_2 = (a + b) / n, (a + c) / n
    product = (a + b) * (c + d) * (a + c) * (b + d)
    cross = a * d - b * c
    # The continuity correction pulls a positive correlation towards zero, not beyond.
    cross = np.where(cross > 0, np.maximum(cross - n / 2, 0), cross)
    phi = np.where(product > 0, cross / np.sqrt(np.where(product > 0, product, 1)), 0)
    down = [share_1 - low_1, high_2 - share_2]
    up = [high_1 - share_1, share_2 - low_2]
    below, above = (np.sqrt(np.maximum(p**2 - 2 * phi * p * q + q**2, 0)) for p, q in (down, up))
    difference = (b - c) / n
    low, high = np.maximum(difference - below, -1), np.minimum(difference + above, 1)
    return (float(low), float(high)) if np.ndim(low) == 0 else (low, high)


def paired_tango_interval(both, first_only, second_only, neither, confidence_level):
    """Score interval of a paired difference of shares (Tango 1998), by root finding.

    The differences that the score test, whose value at zero is McNemar's, does not reject.
    """
    from scipy.optimize import brentq

    b, c, n = first_only, second_only, both + first_only + second_only + neither
    z = compute_quantile(confidence_level)

    def score(delta):
        # Share of second-only pairs at its restricted maximum likelihood, of a quadratic.
        linear = -b - c + (2 * n - b + c) * delta
        root = np.sqrt(max(linear**2 + 8 * n * c * delta * (1 - delta), 0.0))
        second_share = max((root - linear) / (4 * n), 0.0)
        variance = n * (2 * second_share + delta * (1 - delta))
        return (b - c - n * delta) / np.sqrt(max(variance, 1e-300))

    estimate, edge = (b - c) / n, 1 - 1e-12
    low = -1.0 if score(-edge) <= z else brentq(lambda x: score(x) - z, -edge, estimate, xtol=1e-13)
    high = 1.0 if score(edge) >= -z else brentq(lambda x: score(x) + z, estimate, edge, xtol=1e-13)
    return float(low), float(high)
