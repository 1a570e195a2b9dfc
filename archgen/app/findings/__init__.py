"""Use cases about findings: lint, its baseline and fixes, and tests of custom rules. No pictures."""
