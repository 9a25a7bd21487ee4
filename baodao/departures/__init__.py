"""departures: a unit merges into another or is dissolved, a member changes unit, retires
or leaves for good (domain 8.1–8.7). No tables of its own: it does in one transaction
what people, reporting and orders each do on their books, and shows beforehand what
will happen. What was recorded stays with the unit that it was recorded for.
"""
