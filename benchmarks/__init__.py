"""What the product measures of itself: `python -m benchmarks`."""
