"""`python -m ldn_analysis` is the command line."""

import gc

from .cli import main

# One short task: looking for garbage, and once more at the end, is a fifth of its time.
gc.disable()
code = main()
gc.freeze()
raise SystemExit(code)
