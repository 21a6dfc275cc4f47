"""What the one field for everything says."""

label = "Find a receipt", "查找收据"
hint = "Receipt number ( / )", "收据号码 ( / )"
