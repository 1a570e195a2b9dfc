"""Simulated failures in the formats of `simulate`. A report is one function and knows no other report."""
