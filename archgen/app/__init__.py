"""The use cases, and the one place where the parts are wired: inputs in, findings, pictures, pages and words out."""
