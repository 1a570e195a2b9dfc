"""Other layouts behind the signature of our own (Diagram to Placed), and the choice between them. No drawing."""
