"""The encrypted customer store: SQLCipher through sqlite-utils, one writer thread, encrypted image files."""
