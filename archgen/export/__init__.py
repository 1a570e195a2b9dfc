"""The outside world: other engines, rasterising, icons and scripts for other tools."""
