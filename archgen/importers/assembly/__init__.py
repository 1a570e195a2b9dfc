"""Facts put together as the values of a model: components, calls, front doors, flows and questions."""
