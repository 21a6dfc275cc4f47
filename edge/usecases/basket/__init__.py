"""Baskets before they are paid: suspended, recalled, given up; lines that were taken out."""
