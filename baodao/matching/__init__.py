"""matching: pure functions that suggest and say why (A15). No tables, no clock, no
request: what is known goes in, suggestions with reasons come out, the same in the
same order every time. People decide."""
