"""The deployment that visitors use, of several that a repository has: what speaks for each, and which is read for what reason."""
