"""Watchlist screening without a network: lists from files, names made comparable, an index on disk, a judgement for staff."""
