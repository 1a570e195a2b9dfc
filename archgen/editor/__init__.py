"""The language server: a model as an editor sees it, as values; `server` and `transport` speak the protocol."""
