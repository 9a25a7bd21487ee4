"""places: the tree (province … community, grid, estate, building, household),
settings inherited down it, work calendars, pauses. A path is a text under
collation "C"; a subtree is a range of it. A08, L29, L51; domain 3.1, 3.9, 4."""
