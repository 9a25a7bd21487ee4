"""Measured figures. Each module prints a line per figure:
`BENCH name value bar ok|short`."""
