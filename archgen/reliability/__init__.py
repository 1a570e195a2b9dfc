"""The structure function of a request flow and what follows from it; pure, and free of any graph library."""
