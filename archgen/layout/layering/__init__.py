"""Layered layout of any directed graph: cycles broken, ranks, rows with few crossings, and straight lines.

The steps are those of K. Sugiyama, S. Tagawa and M. Toda, "Methods for Visual Understanding of Hierarchical System
Structures", IEEE Transactions on Systems, Man, and Cybernetics 11(2), 1981.
"""
