"""allocation: 联系点分配. Which unit serves which contact point, for a prefecture or one
county: suggested with reasons, changed by people with a reason, seen beforehand,
committed in one step (A07, A08); and the layout of what is there, as a table (A35).

A plan is a draft until it is committed or dropped; nothing outside the plan changes
before. Every computing is a round with its own rows, so that earlier ones can be read.
`inputs` gathers what `baodao.matching.allocation` looks at, `queries` reads plans back
with before and after, `layout` the table of the whole area.
"""
