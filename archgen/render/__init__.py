"""Writers of pictures: each is one pure function from a scene or a placed view to text. No files are written here."""
