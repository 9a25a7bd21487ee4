"""Figures of speed, each a ratio or a bound measured in one run: `make bench`.
Never part of the tests: a busy machine must not make them fail."""
