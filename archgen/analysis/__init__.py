"""The topology of a model and questions asked of it: names, monitoring, capacity, downtime. No findings, no text for users."""
