"""Pages about customers and the import of trade data."""
