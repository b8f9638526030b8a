"""One page about a table of your own."""
