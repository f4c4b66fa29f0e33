"""The papers the office prints: PDF with an embedded subset of an open font."""
