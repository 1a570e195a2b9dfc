"""Pictures of one model as values: what each shows, and not where it stands."""
