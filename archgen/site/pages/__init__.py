"""The pages of the site, one module each: Markdown and HTML from values. No files are written here."""
