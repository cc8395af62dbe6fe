"""What all screens are built on: the contract with the window, and the capture screens' common way."""
