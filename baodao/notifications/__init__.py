"""notifications: messages to a person, a unit or the staff of a place. One line what
happened, whose turn it is, and a link; the page itself is always the truth."""
