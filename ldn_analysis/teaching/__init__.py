"""Exercises, their answers, and sliders."""
