"""reporting: 双报到. Units report in at their contact points, members at two places:
the unit's contact point and the community they live in (A02, A05, A09, L04–L06, L17).

draft → submitted → active → ended, with the side ways return, transfer and withdraw
(domain 6.4). The table there has a state "accepted" that the system leaves the same
day; here accepting makes the report-in active in the same act, so that no state
exists in which nobody has anything to do. `rules` has flow, grants and deadlines,
`plans` one pure decision per act, `services` gives each decision to the engine,
`coverage` counts who has reported and why the others have not.
"""
