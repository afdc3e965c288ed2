"""Pages for clerks."""
