"""Pages of places: the tree, households, and what a place has decided."""
