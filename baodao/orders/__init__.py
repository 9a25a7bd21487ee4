"""orders: residents' orders 点单, from placing to the resident's last word.

群众点单 → 组织派单 → 单位接单 → 党员接单 → serve → confirm → rate, with the side exits
of domain 6.7: reject, merge, withdraw, return, release, hand back, cannot do,
expire, transfer, reopen. `rules` has flow, grants and deadlines; `plans` has one
pure decision per act; `services` gives each decision to the engine. A03, A10–A17,
L36, L40, L50.
"""
