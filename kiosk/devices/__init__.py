"""Short, synchronous adapters to cameras and scanners. They hold no thread; the services keep them alive."""
