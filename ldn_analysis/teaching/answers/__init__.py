"""The answers to the exercises, one file per notebook."""
