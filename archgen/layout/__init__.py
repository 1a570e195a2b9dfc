"""From what a diagram shows to where it stands: placement, routes and labels."""
