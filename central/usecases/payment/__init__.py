"""What acquirers and banks say was paid, held against the tenders of receipts."""
