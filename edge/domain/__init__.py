"""The store's rules: pure, each subject with its refusals."""
