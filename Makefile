# Thin: every task is carried out by run.py, which Windows users call directly.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
TASKS = setup figures test lab data notebooks student collect exam book slides lite live lint bench wheel lock clean

.PHONY: help $(TASKS)

# Options go into ARGS: make student ARGS="--count 30"
help:  ## list the tasks
	@$(or $(PYTHON),$(error Python 3.11 or newer was not found)) run.py

$(TASKS):
	@$(or $(PYTHON),$(error Python 3.11 or newer was not found)) run.py $@ $(ARGS)
