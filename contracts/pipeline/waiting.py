"""Calling pyHanko, which is asynchronous, from code that is not."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine to its end and return its result.

    In a thread of its own: the caller's thread may have an event loop already (a browser test, an ASGI server).
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
