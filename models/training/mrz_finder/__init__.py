"""Training of the MRZ finder (models/mrz_finder.onnx)."""
