"""Changed models in the formats of `what-if`. A report is one function and knows no other report."""
