"""Writers of other tools' text languages: Mermaid, D2, DOT, PlantUML, Structurizr, Open-PSA, diagrams scripts."""
