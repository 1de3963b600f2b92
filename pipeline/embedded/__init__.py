"""Airflow for one run: started in the home, followed to the end of the chain, stopped again.

`make run` needs no server and no container: this module starts Airflow's own components (SQLite,
LocalExecutor, everything bound to 127.0.0.1) as child processes, triggers `sandan_ingest` over the
REST interface, shows what the real scheduler does, and stops every child. Nothing is simulated: the
DAGs are those of `dags/`, unchanged.

Files, all below `<home>/airflow`:

- `airflow.db`, `airflow.cfg`: Airflow's own; may be deleted at any time between two runs
- `logs/api-server.log`, `logs/scheduler.log`, `logs/dag-processor.log`, `logs/db-migrate.log`:
  one per process, of the last start; `logs/dag_id=…/`: one per task
- `secrets.json` (0600): the keys of this start, for whoever wants to look in with `airflow …`
- `last_run.json`: what ran, for how long, and how much of that was Airflow itself
"""

from pipeline.embedded.run import DUCKDB_POOL, run_embedded

__all__ = ["DUCKDB_POOL", "run_embedded"]
