"""Short forms and references of a valid document to the values of an architecture. No reading of text."""
