"""Use cases, one module each, and the one place where the parts are wired. No parsing of arguments, no printing."""
