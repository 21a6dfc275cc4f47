"""Facts that head office tells stores of, by rows of reference data."""
