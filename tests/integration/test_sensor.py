"""A captcha, a person, a file in a folder: the fetching DAG as Airflow itself runs it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from ingestion.outcomes import read_outcomes
from ingestion.sample import SampleRegistry, simulate, write_workbook
from ingestion.sample.server import SampleServer
from pipeline.embedded.environment import airflow_environment, new_keys
from pipeline.tries import ENOUGH

from ..conftest import SEED, SEEDS

AIRFLOW = str(Path(sys.executable).with_name("airflow"))
DAG = "sandan_fetch__kicox__industrial_trend"


def test_the_sensor_takes_up_what_a_person_drops(tmp_path: Path) -> None:
    home, inbox = tmp_path / "home", tmp_path / "people"
    airflow_home = home / "airflow"
    airflow_home.mkdir(parents=True)
    inbox.mkdir()
    env = airflow_environment(airflow_home, home, 1, inbox=inbox, keys=new_keys(airflow_home))
    # with its clock on the DAG waits for people
    del env["SANDAN_FETCH_CRON"]
    subprocess.run([AIRFLOW, "db", "migrate"], env=env, capture_output=True, check=True)
    with SampleServer() as publisher:
        publisher.faults.arm("captcha", match="3042071")
        env |= {"SANDAN_PUBLISHERS": publisher.url, "SANDAN_POKE_SECONDS": "1"}
        running = subprocess.Popen(
            [AIRFLOW, "dags", "test", DAG],
            env=env,
            cwd=os.getcwd(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        told: list[str] = []
        asked = threading.Event()

        def listen() -> None:
            assert running.stdout is not None
            for line in running.stdout:
                told.append(line)
                if "up_for_reschedule" in line:
                    asked.set()

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        try:
            assert asked.wait(250), "".join(told[-40:])
            rows = [r for r in read_outcomes(home / "outcomes") if r["status"] == "person_needed"]
            # One for every edition that was tried.
            row, *_ = rows
            assert len(rows) == ENOUGH
            for message in (row["message"], row["message_ko"]):
                assert "https://www.data.go.kr/data/3042071/fileData.do" in message
                assert str(inbox) in message
            edition = simulate(SEED, ["2026-Q1"], SampleRegistry.load(SEEDS))[0]
            partial = inbox / "download (4).xlsx.crdownload"
            write_workbook(edition, partial)
            time.sleep(3)  # a download that is not finished is not taken up
            assert running.poll() is None
            partial.rename(inbox / "download (4).xlsx")
            assert running.wait(250) == 0, "".join(told[-40:])
        finally:
            if running.poll() is None:
                running.kill()
            running.wait(10)
            listener.join(10)
    assert "Success criteria met" in "".join(told)
