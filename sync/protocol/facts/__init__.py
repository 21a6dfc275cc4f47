"""Facts that a store reports, by subject. The sale and the list of all: ``poslog.py``."""
