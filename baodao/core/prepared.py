"""Statements that the server parses and plans once."""


class Prepared(str):
    """SQL of a few rows by their key, for which one plan is as good as another (a
    fifth of an act's time). Everything else is planned for its own values: a plan
    that fits all values reads years of a county where a community's week was asked."""
