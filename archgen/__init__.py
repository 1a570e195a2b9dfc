"""archgen draws, explains and judges the architecture of a website from one YAML model per tier."""

__version__ = "0.1.0"
