"""The content of pictures as values: what each shows, not where it stands."""
