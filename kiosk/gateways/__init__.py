"""Adapters of `ports.CodeGateway`: who delivers a one-time code. Each is short, synchronous and bounded by its time-out."""
