"""Interactive diagrams: the facts, the layers and the views of a page's diagram, and the block that holds them."""
