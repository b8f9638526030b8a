"""The one error that ends a task with a line for its user."""


class InputError(ValueError):
    """Something that was handed in cannot be used; the message says what and what to do."""
