"""`python -m ingestion.sample --out DIR`: write the default sample."""

from __future__ import annotations

import argparse
from pathlib import Path

from .sample import write_sample


def main() -> None:
    """Write the sample and name every file."""
    parser = argparse.ArgumentParser(prog="python -m ingestion.sample", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument(
        "--registry", type=Path, default=Path("dbt_project/seeds"), help="folder with the seeds"
    )
    parser.add_argument("--seed", type=int, default=20260331)
    parser.add_argument("--first", default="2024-Q1")
    parser.add_argument("--last", default="2026-Q1")
    parser.add_argument("--no-faults", action="store_true", help="leave the broken file out")
    args = parser.parse_args()
    paths = write_sample(
        args.out,
        seed=args.seed,
        registry_dir=args.registry,
        first=args.first,
        last=args.last,
        with_faults=not args.no_faults,
    )
    for path in paths:
        print(path)


if __name__ == "__main__":
    main()
