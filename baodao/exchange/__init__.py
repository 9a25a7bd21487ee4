"""exchange: what a community and its units agree on and give each other (L05, L09, L10,
L15, L18, L19, L24–L27, L36, A32, A33; domain 6.5, 6.6).

`agreements` has the 共建协议 with parties, term and items; an item with a cadence
becomes duties of the unit, each is reported by a deed and confirmed by the community,
which makes the record. `lists` has needs, resources and the projects made of both;
`projects` the yearly cooperation projects and key problems; `pool` the township's
funds, resources and projects. Each has rules (flow, grants, deadlines), plans (one pure
decision per act) and services; `subjects` says how each is shown, and the pages of
`views` are the same for all.
"""
