"""The event loop of the MLflow server's processes.

They share one listening socket, for which asyncio leaves Nagle's algorithm on: each answer on a kept connection would
take 40 ms longer.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any


class PromptLoop(asyncio.SelectorEventLoop):
    """Answers leave at once: connections inherit the setting from the socket that they come in by."""

    async def create_server(self, *args: Any, **kwargs: Any) -> asyncio.Server:
        if kwargs.get("sock") is not None:
            kwargs["sock"].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return await super().create_server(*args, **kwargs)
