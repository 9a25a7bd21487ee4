"""people: units, party organisations, members, residents, roles with scope and
dates, accounts. A05, A08, L16; domain 5, 6.2, 6.3."""
