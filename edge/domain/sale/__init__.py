"""The sale's rules: basket, prices, tax, tenders, points, receipt."""
