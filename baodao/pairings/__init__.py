"""pairings: unit ↔ key estate, member ↔ key household with consent, and visits (L07, L08, L34, L36–L41, A24; domain 6.10, 7.3, 9.2)."""
