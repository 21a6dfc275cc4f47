"""What the pages about stores' settings say."""

title = "Store settings"
none_yet = ("No store yet. Open one: ", ".")
open_a_store = "central store add CODE"
code = "Code"
name = "Name"
zone = "Time zone"
price_zone = "Prices of"
given_up = "given up"
save = "Save"
unpriced = "Nothing has a price in this store's price zone yet, and its tills sell nothing before."

groups = {
    "receipt": "On its receipts",
    "place": "Where it is",
    "money": "Money",
    "points": "Points",
}
labels = {
    "name": "Name of the store",
    "supplier": "Company, as on an invoice",
    "address": "Address",
    "tax_number": "Tax number",
    "header": "Above each receipt",
    "footer": "Below each receipt",
    "zone": "Time zone",
    "price_zone": "Price zone",
    "currency": "Currency",
    "tax": "Prices and tax",
    "smallest_coin": "Smallest coin",
    "rounding": "Cash is rounded",
    "basket_hours": "Hours a basket may take",
    "tips": "Tips",
    "gift_months": "Months that a gift card is good",
    "credit_months": "Months that store credit is good",
    "points": "Points earned",
    "points_for_each": "for each",
    "points_worth": "Points when they are spent",
    "points_worth_amount": "are worth",
}
choices = {
    "included": "tax is in the price",
    "added": "tax is added",
    "nearest": "to the nearest",
    "down": "down",
    "off": "are not taken",
    "on": "are taken at the till",
}
allowed = {
    "name": "1 to 200 characters",
    "supplier": "At most 200 characters",
    "address": "At most 200 characters",
    "tax_number": "As the law wants it shown; may be empty",
    "header": "At most 6 lines of 42 characters; may be empty",
    "footer": "At most 6 lines of 42 characters; may be empty",
    "zone": "Such as Asia/Singapore",
    "price_zone": "Whose prices it follows: letters, digits, - _ or .",
    "currency": "Three letters such as SGD: the whole company's, until something is sold or priced",
    "smallest_coin": "An amount such as 0.05; 0 rounds nothing",
    "basket_hours": "From its pricing to its arrival; 0 sets no limit",
    "gift_months": "From the day on which money is put on it; 0: for ever",
    "credit_months": "From the day on which it is given; 0: for ever",
    "points": "A whole number; 0: none are earned",
    "points_for_each": "An amount such as 10.00",
    "points_worth": "A whole number from 1",
    "points_worth_amount": "An amount such as 1.00",
}
done = {
    "saved": "Saved. The store's box takes it with its next pull.",
    "same": "It is so already, and nothing was changed.",
}


def decimals(currency: str, count: int) -> str:
    """Beside the currency."""
    if count == 0:
        return f"{currency} has no decimals"
    return f"{currency} has {count} decimals"


def choices_of(values: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each with its words."""
    return [(value, choices[value]) for value in values]
