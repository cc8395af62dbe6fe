"""What the product knows and decides: frozen data and pure rules. Standard library only."""
