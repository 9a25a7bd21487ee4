"""Places that change: merged, split, renamed, given another code (domain 6.1, 8.22).

`plan` works out what follows from a decision, without a database; `moves` re-points
what hangs on the places, also for the layers above, which register their tables;
`preview` shows it, `services` and `carry` do it, in one transaction. What is over
keeps the path it was recorded with; `places.areas` finds it again."""
