"""Painters and writers: each turns one value of a picture into text, and nothing else."""
