"""What a code says beside which item it is: a scale's label, GS1 elements, a Digital Link."""
