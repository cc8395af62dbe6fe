"""The customer's way through the steps, as data and pure functions. Imports the domain only."""
