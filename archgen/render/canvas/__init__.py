"""Writers for drawing tools: draw.io and Excalidraw."""
