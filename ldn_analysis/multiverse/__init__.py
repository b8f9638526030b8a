"""Every defensible analysis of one question."""
