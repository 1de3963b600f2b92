"""The sample publisher in the place of all publishers: on this machine, and nowhere else."""

from __future__ import annotations

import ipaddress

import httpx


class SampleTransport(httpx.BaseTransport):
    """Sends every request to the sample publisher: `https://host/path` becomes `base/host/path`.

    Args:
        base: `http://` and a loopback address with its port.

    Raises:
        ValueError: the address is not on this machine: keys would leave it unencrypted.
    """

    def __init__(self, base: str) -> None:
        self._base = httpx.URL(base)
        host = self._base.host
        try:
            local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            local = host == "localhost"
        if self._base.scheme != "http" or not local:
            raise ValueError(f"the sample publisher answers on this machine only, not at {base}")
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request over."""
        path = f"/{request.url.host}".encode() + request.url.raw_path
        url = self._base.copy_with(raw_path=path)
        headers = [(k, v) for k, v in request.headers.raw if k.lower() != b"host"]
        moved = httpx.Request(
            request.method,
            url,
            headers=[(b"Host", self._base.netloc), *headers],
            stream=request.stream,
            extensions=request.extensions,
        )
        return self._inner.handle_request(moved)

    def close(self) -> None:
        """Close its connections."""
        self._inner.close()
