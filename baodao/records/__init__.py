"""records: the record book. A confirmed outcome is a record: who served, where, in
which channel, how long, confirmed by whom. Append-only; corrected by reversal.
A16, A19, A24; domain 6.8."""
