"""The structure function of a flow and what follows from it: cut sets, availability, simulation. Pure; no graph library."""
