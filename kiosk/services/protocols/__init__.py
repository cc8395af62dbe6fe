"""The protocols that integrators speak, as services without a transport: the HTTP API and the command line are thin doors to them."""
