"""Reports of the shop's receipts over a span of business dates."""
