"""Titles of the categories of findings."""

from __future__ import annotations

from archgen.model.finding import Category

CATEGORY_TITLES: dict[Category, str] = {
    "reliability": "Reliability",
    "security": "Security",
    "observability": "Monitoring",
    "data": "Data",
    "scalability": "Growth",
    "operations": "Operation",
    "dns": "Names and traffic",
    "model": "The model itself",
}
