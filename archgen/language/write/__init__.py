"""Changes written into a model's text, and values as YAML. The only code that writes YAML."""
