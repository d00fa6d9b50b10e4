"""Measures srok beside other programs; see README.md."""
