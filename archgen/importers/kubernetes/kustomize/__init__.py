"""Kustomizations: what they put together, and how their patches change it."""
