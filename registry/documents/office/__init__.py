"""The papers of the office as Word files and PDF, laid out as GB/T 9704-2012 says (hazards.md §8.1).

A template is a Word file with docxtpl's marks; the offices may replace each by their own. What is filled in comes out
as the same Word file, and the PDF is set from that file, so that there is one source for both.
"""
