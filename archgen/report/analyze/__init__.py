"""Reliability assessments in the formats of `analyze`. A report is one function and knows no other report."""
