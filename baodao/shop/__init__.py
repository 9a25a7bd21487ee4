"""shop: the points shop 积分超市 of a township or community (A20, A21, A25). A member's
wallet, apart from the score card; a double-entry ledger of points; prizes with their
stock; redemptions handed over by two people; points given to a published wish. Points
come from confirmed records alone, by rules that are rows (domain 6.11, 7.6, 8.17)."""
