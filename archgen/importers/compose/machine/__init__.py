"""Programs on the network of a machine itself: what they reach by its ports, and those that no file starts."""
