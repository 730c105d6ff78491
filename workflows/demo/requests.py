"""Requests in every state."""


def open_all(group, customers, today):
    pass
