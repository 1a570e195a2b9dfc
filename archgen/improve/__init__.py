"""The search for changes that are worth it: the smallest repair, the hours that a change saves. No text for users."""
