"""progress: how far each unit and each member is in the five steps and the four doubles
(L01, L02), what comes next, and what a community has not covered yet (A34, L52).

No tables of its own: every measure is a row in `measures`, counted from the subjects'
tables. Nobody is ranked; lists stand in the order of names.
"""
