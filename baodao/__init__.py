"""Baodao (报到): 双报到 work of a district or prefecture, from report-in to score card."""

__version__ = "0.1.0"
