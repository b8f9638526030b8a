"""Two conditions in the same participants: improvement, responders, differences; Fig. 1."""
