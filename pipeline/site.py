"""The site of the current release on this machine: a plain file server on the releases."""

from __future__ import annotations

import socket
from collections.abc import Callable

from pipeline.settings import Settings

HOST = "127.0.0.1"


class NoSite(Exception):
    """There is nothing to open; the message says what to do."""


def serve(settings: Settings, port: int, tell: Callable[[str], None]) -> None:
    """Serve `releases/` on the loopback address until interrupted; `tell` hears the site's address.

    The address goes through `current`, so a release published meanwhile is what the next page shows.

    Raises:
        NoSite: no release is published, or the current one was made without a site.
        OSError: the port is taken.
    """
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    current = settings.releases / "current"
    if not current.is_dir():
        raise NoSite("no release yet: `make run` publishes one. 아직 배포판이 없습니다.")
    if not (current / "site" / "index.html").is_file():
        raise NoSite(
            "the current release was made without a site: run `make setup`, see why, publish anew. "
            "현재 배포판에는 사이트가 없습니다."
        )
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((HOST, port))
    listening.listen()  # whoever is told the address may come at once
    tell(f"http://{HOST}:{listening.getsockname()[1]}/releases/current/site/index.html")
    # Below their own name, by which a site knows that it lies among releases.
    files = Mount("/releases", StaticFiles(directory=settings.releases))
    config = uvicorn.Config(Starlette(routes=[files]), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])
