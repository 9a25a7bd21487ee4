from baodao.acts.tests.sealed import book

__all__ = ["book"]
