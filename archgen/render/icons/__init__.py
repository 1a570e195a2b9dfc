"""Icons and logos: where they come from and how they get into a picture."""
