"""The documentation site as pure pages: `all_pages.pages` gives every file as a path and its text. No files are written here."""
