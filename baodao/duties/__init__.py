"""duties: "X owes Y within a window". One table for monthly and festival visits, the
yearly project and key problem of a unit, what an agreement promises, half-yearly
confirmations of report-ins, quarterly lists, meetings, directives (L39, L09, L10, L18,
L17; domain 6.10, 7.3, 7.4).

A kind of duty is a row (`rules.register`), a window a pair of dates, never one date.
Subjects give sources and windows, `generate` writes what is not there yet; `services`
has the verbs: fulfil, confirm, attempt, excuse, hand over, cancel, and the sweeps that
miss and close what nobody did. Subjects never write duties by another way.
"""
