"""pairings 包联: unit ↔ key estate, member ↔ key household with consent, and visits
(L07, L08, L34, L36–L41, L51, L52, A24; domain 6.10, 7.3, 9.2).

`EstatePairing` is a dated tie. `HouseholdPairing` has a flow: proposed → consent asked
→ active ⇄ paused → ended; nothing about a household goes to a member before the
household has agreed (`Consent`), and its withdrawal ends everything the same day.
`Apart` is who must not be paired: own household, relatives, subordinates. `Visit` is
what comes of a pairing; its windows are duties. `rules` has flow and grants of the
bonds, `visits_flow` those of visits.
"""
