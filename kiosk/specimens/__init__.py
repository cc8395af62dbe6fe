"""Specimen documents, faces and scenes with exact truth, drawn by us: for the demo, the tests and support."""
