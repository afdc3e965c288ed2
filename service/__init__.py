"""The application around rules and classifier: decisions for clerks, on the command line, over HTTP, and as pages."""
