"""How families are held against each other."""
