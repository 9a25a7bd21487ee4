"""The three lists (L05, L24–L26; domain 6.5): needs of communities and of units,
resources of units with bookings, and the projects that are made of both.

A resource itself is offered, available or gone; reserved and used are its bookings',
of which it may have many: that is how the flow of domain 6.5 is kept when a thing can
be lent twice a week."""
