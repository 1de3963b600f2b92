"""The sample publisher over HTTP: on this machine it answers as the publishers do.

    with SampleServer(today=date(2026, 5, 28)) as server:
        server.faults.arm("http_500", "kosis.kr", times=1)
        Fetcher(home, run, publishers=server.url)

The first segment of a path is the publisher's host: `/www.data.go.kr/data/3042071/fileData.do`.
Every answer carries `X-Sandan-Simulated: true`. `GET /_faults` lists what is armed, `POST /_faults`
with `name`, `match`, `times`, `seconds` arms a fault, `DELETE /_faults` takes all away.
"""

from __future__ import annotations

from ingestion.sample.server.app import DEFAULT_SEED, DEFAULT_TODAY, Publishers, SampleServer
from ingestion.sample.server.faults import FAULTS, Fault, FaultBook
from ingestion.sample.server.wire import Question, Reply

__all__ = [
    "DEFAULT_SEED",
    "DEFAULT_TODAY",
    "FAULTS",
    "Fault",
    "FaultBook",
    "Publishers",
    "Question",
    "Reply",
    "SampleServer",
]
