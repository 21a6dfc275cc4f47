"""The store's back office: pages for whoever looks after one shop, served with no network."""
