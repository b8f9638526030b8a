"""Tables, printed numbers, the simulated participants, and a table of your own."""
