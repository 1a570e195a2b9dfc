"""Where the project, its package and its tests are."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent

RACK = "tests/architectures/shared-rack.arch.yaml"
"""A model with failure domains, from the root."""
