"""The domain as data (taxonomy, departments, duties, rules) and the engine that applies it."""
