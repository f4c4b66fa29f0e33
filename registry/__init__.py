"""The special-equipment registry: rules, records and what reads and writes them. Knows nothing of HTTP."""
