"""Requests to the operating system: files of others, programs, the end of a process. Nothing here knows a model."""
