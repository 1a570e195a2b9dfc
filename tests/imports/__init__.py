"""Cases of imports: files with the facts that they state, one text a case."""
