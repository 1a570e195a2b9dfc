"""The values that every package speaks in: architecture, subjects, findings, kinds, problems. No reading, no analysis."""
