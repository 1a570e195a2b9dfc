"""Writers for editors of diagrams: draw.io and Excalidraw read the scene that pictures show."""
