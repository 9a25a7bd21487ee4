"""Pages of people: units, members, residents, roles, accounts."""
