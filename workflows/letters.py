"""What the papers of a request say, gathered from its frozen submission, its decisions and its trail."""


def order(request_id: int) -> None:
    """Order them."""
