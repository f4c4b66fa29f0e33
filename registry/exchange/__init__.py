"""Spreadsheets in and out. A `columns.Sheet` per register; everything else follows from it.

In: `reading.read_table` -> `mapping.propose` -> `importing.dry_run` -> `importing.run`; what was refused
goes back through `errors_book`. Out: `export`, `template`.
"""
