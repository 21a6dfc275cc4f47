"""What can be done at a store: SUBJECT/verb.py, one plain function each."""
