"""Commands that show models to readers: pages, diagrams, slides, the terminal. A command knows no other."""
