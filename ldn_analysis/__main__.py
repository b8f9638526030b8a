"""`python -m ldn_analysis` is the command line."""

from .cli import main

raise SystemExit(main())
