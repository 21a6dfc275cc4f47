"""What can be done at head office: SUBJECT/verb.py, one function each."""
