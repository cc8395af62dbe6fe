"""Proofs of address and of funds: read from pictures and PDFs, found by labels and layout, compared with the customer."""
