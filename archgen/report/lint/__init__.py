"""Findings in the formats of `lint`. A report is one function and knows no other report."""
