"""Training of the MRZ line reader (models/mrz_line.onnx)."""
