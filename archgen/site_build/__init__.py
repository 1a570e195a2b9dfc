"""The site as files and as a server: MkDocs, HTML, the single file, `serve`, the fence. No page is written here."""
