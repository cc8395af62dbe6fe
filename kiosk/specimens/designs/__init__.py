"""The specimens' designs, one module per family; `specimen.DESIGNS` collects them."""
