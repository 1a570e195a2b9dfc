"""Writers of pictures: each is one pure function from a placed diagram or a sequence to text. No files are written here."""
