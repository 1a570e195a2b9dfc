"""Tables of what is known of products and services: no code but the form of a row."""
