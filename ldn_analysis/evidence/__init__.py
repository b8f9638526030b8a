"""Effects on one scale, pooled, and how credible the result is."""
