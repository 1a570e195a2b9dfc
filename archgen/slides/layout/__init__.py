"""The places of what stands on slides: titles, tables, charts. No output format."""
