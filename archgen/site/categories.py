"""What the pages call the categories of findings."""

from __future__ import annotations

from archgen.model.finding import Category

TITLES: dict[Category, str] = {
    "reliability": "Reliability",
    "security": "Security",
    "observability": "Monitoring",
    "data": "Data",
    "scalability": "Growth",
    "operations": "Operation",
    "dns": "Names and traffic",
    "model": "The model itself",
}
