"""Health check of the services: one request, standard library only.

    python healthcheck.py URL [part …]

Ends with 0 if URL answers 200 and, where parts are named, the JSON answer calls each of them
healthy (Airflow's `/api/v2/monitor/health` reports metadatabase, scheduler, dag_processor and
triggerer). `airflow jobs check` would tell the same for 3 s of processor time every time.
"""

from __future__ import annotations

import http.client
import json
import sys
from urllib.parse import urlsplit


def main(url: str, *parts: str) -> int:
    """Exit code for the container engine: 0 healthy, 1 not."""
    address = urlsplit(url)
    # http.client knows no proxies, which must not stand between two containers.
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=8)
    try:
        connection.request("GET", address.path or "/")
        answer = connection.getresponse()
        body = answer.read()
    except OSError as error:
        print(f"{url}: {error}")
        return 1
    if answer.status != 200:
        print(f"{url}: {answer.status}")
        return 1
    states = json.loads(body) if parts else {}
    bad = [part for part in parts if (states.get(part) or {}).get("status") != "healthy"]
    if bad:
        print(f"not healthy: {', '.join(bad)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
