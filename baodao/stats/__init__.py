"""stats: every number has one definition, here, and is the length of a list that
can be opened. A17, A19, A24; domain 6.7 (three rates), 9.4, 11."""
