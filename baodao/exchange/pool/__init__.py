"""The township's pool (A32, A33): funds, resources and projects from whatever source,
what each is for, and what is left. Support is promised, delivered, and then verified by
somebody other than who delivered it."""
