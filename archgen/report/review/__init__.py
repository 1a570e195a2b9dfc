"""Reviews in the formats of `review`. A report is one function and knows no other report."""
