"""What a teacher runs: folders for students, marks from what they hand in, exam sheets.

`make student`, `make collect` and `make exam` call it; docs/teaching.md says how to use them.
"""
