"""Entry points of srok: the command line and what runs on one PC."""
