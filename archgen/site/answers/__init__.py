"""Pictures that answer: what a page's picture says of each thing in it, in which layers, and the block they stand in."""
