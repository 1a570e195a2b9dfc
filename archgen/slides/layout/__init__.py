"""Layout of slide content: titles, tables, charts. No output format."""
