"""What the page of customers says."""

title = "Customers"
asked = "A code, an e-mail address or an id"
find = "Find"
none_found = "Nobody has this code, address or id."
how = (
    "Type a customer's code, e-mail address or id, whole. Names and numbers are sealed, so nobody"
    " can leaf through them here."
)
name = "Name"
code = "Code"
email = "E-mail address"
granted = "Points at stores"
identity = "Id"
inactive = "not active"
erase = "Forget this customer"
erase_hint = (
    "The key of name, address and number is destroyed, here and in each store with its next pull,"
    " and the id is barred for ever. Receipts and points stay. It cannot be taken back."
)
why = "Who asked, and how"
send_erase = "Forget for ever"
same = "The same person"


def erased(count: int) -> str:
    """What was done."""
    who = "The customer is" if count == 1 else f"{count} records of one person are"
    return (
        f"{who} forgotten. Stores forget them with their next pull, before they pull anything else."
    )


def records(count: int) -> str:
    """Of one person."""
    return f"One of {count} records of one person: the points are of all of them."
