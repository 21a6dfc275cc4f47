"""The protocol's I/O: the journal in a store's file, the transport, one push and one pull round."""
