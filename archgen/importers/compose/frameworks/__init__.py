"""Files that frameworks read by themselves, which no compose file names."""
