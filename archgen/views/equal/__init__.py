"""Elements that are equal, up to their names or in what stands on them, and so share a card or a box."""
