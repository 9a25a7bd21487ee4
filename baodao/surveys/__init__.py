"""surveys: 摸底. A community asks every household the same questions (A06), finds needs
that become orders at once (A10), and sees which doors are still to be knocked at (L52).

A survey is written on a page, published (from then on its questions are frozen, a change
is a new edition) and closed. One of a township or county is sent: each community gets a
part of its own, and those above see percentages, never a household (domain 9.4, 9.5).
A sheet is what one household has answered; it belongs to the survey that was sent and to
the household's path. `rules` has flow, grants and what may be published of small
numbers, `asking` the questions, `summing` the sums and what changed since last time,
`services` the survey's own acts, `building` its questions, `entering` the sheets,
`coverage` the doors, `results` the answers.
"""
