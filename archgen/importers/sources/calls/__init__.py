"""What the sources and the commands of programs call, and on which ports they listen themselves."""
