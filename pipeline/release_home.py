"""The releases of a home: where they lie, by which rules and keys; finding, proving, comparing them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.settings import Settings
from publication import releases
from publication.releases import Places, Policy, PublishError, ReleaseLog
from publication.releases.layout import NAME
from publication.releases.signing import (
    PublicKey,
    load_private_key,
    load_public_keys,
    public_key_of,
)


def places(settings: Settings) -> Places:
    """The folders of releases in this home."""
    return Places(settings.home)


def policy(settings: Settings) -> Policy:
    """Sign-off, calendar and retention of this installation.

    Raises:
        CalendarError: `releases.yml` is wrong.
    """
    path = settings.release_policy or settings.project / "publication" / "releases.yml"
    return releases.load_policy(path, settings.sign_off)


def signing_key(settings: Settings) -> Ed25519PrivateKey | None:
    """The key that signs releases (SANDAN_SIGNING_KEY), or None.

    Raises:
        KeyProblem: it is named and cannot be used.
    """
    return load_private_key(settings.signing_key) if settings.signing_key else None


def trusted_keys(settings: Settings, given: Path | None = None) -> list[PublicKey]:
    """The keys of which one must have signed a release: a file that is given, SANDAN_PUBLIC_KEYS, or
    the public half of the own signing key; without any, none.

    Raises:
        KeyProblem: a file is named and holds no key.
    """
    if given or settings.public_keys:
        return load_public_keys(given or settings.public_keys or Path())
    key = signing_key(settings)
    return [public_key_of(key)] if key else []


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """The `release.json` of a release folder; None where there is none."""
    try:
        content: dict[str, Any] = json.loads((folder / releases.MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return content


def find_release(settings: Settings, name: str) -> Path:
    """The folder of a release by its name, `current`, or a path; one that waits in staging, too.

    Raises:
        PublishError: there is none.
    """
    home = places(settings)
    if name == "current" or NAME.match(name):
        candidates = [home.releases / name, *home.staging.glob(f"*/{name}"), home.withdrawn / name]
        candidates = [c for c in candidates if (c / releases.MANIFEST).is_file()]
    else:
        candidates = [p for p in [Path(name).expanduser()] if p.is_dir()]
    if not candidates:
        raise PublishError(
            f"there is no release {name!r} in {settings.home}; `sandan releases` lists them",
            f"{name!r} 배포판이 없습니다. sandan releases로 확인하십시오",
        )
    return candidates[0]


def readable(settings: Settings, before: str | None = None) -> list[Path]:
    """The folders of all releases that readers have had, withdrawn ones too, in the order of their
    names; with `before` those named before it. Of a collected one there is its proof."""
    home = places(settings)
    folders = (home.releases, home.withdrawn, home.collected)
    found = [path for folder in folders for path in folder.glob("*_v*")]
    named = {(m[1], int(m[2])): p for p in found if (m := NAME.match(p.name))}
    last = NAME.match(before) if before else None
    end = (last[1], int(last[2])) if last else None
    return [named[key] for key in sorted(named) if end is None or key < end]


def verify(settings: Settings, name: str, key: Path | None = None) -> releases.Verification:
    """Prove a release, by name or folder, against the log of this home where it knows it.

    Raises:
        PublishError: there is no such release, or the key cannot be read.
    """
    folder = find_release(settings, name)
    expected = None
    if folder.resolve().is_relative_to(settings.home):
        state = ReleaseLog(places(settings).log).history().states.get(folder.resolve().name)
        expected = state.manifest_sha256 if state else None
    return releases.verify(folder, trusted=trusted_keys(settings, key), expected_sha256=expected)


def compare(settings: Settings, before: str, after: str) -> Path:
    """Write the difference of two releases, as page and as data, below `<home>/diffs`.

    Returns the folder with diff.html, diff.json and diff.parquet.

    Raises:
        PublishError: one of them is not there.
    """
    old, new = (find_release(settings, name).resolve() for name in (before, after))
    keys = {
        mart: columns
        for folder in (old, new)
        for mart, columns in (
            (manifest_of(folder) or {}).get("keys") or _keys(settings, folder)
        ).items()
    }
    target = settings.home / "diffs" / f"{old.name}__{new.name}"
    target.mkdir(parents=True, exist_ok=True)
    # One of the two may be a release whose time has not come.
    target.parent.chmod(0o700)
    difference = releases.diff(old, new, keys, target / "diff.parquet")
    (target / "diff.json").write_text(
        json.dumps(difference, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8"
    )
    releases.render_diff(difference, new, target / "diff.html")
    return target


def _keys(settings: Settings, folder: Path) -> dict[str, list[str]]:
    """The keys of a release of the old form: those of its build, where that is still there."""
    manifest = manifest_of(folder) or {}
    path = settings.builds / str(manifest.get("build_id")) / "manifest.json"
    return mart_order(path) if path.exists() else {}


def mart_order(manifest: Path) -> dict[str, list[str]]:
    """The columns each mart is ordered by: dbt's from the models' meta, and the seasonal ones."""
    from pipeline.seasonal_step import ORDER_BY

    content = json.loads(manifest.read_text(encoding="utf-8"))
    models = {
        node["name"]: (node["config"].get("meta") or node.get("meta") or {})["order_by"]
        for node in content["nodes"].values()
        if node["resource_type"] == "model"
        and ((node["config"].get("meta") or node.get("meta") or {}).get("order_by"))
    }
    return {**models, **ORDER_BY}


def headline(candidate: Path, period: str) -> dict[str, Any]:
    """Figures for the manifest and the terminal: totals and shares of the release's quarter, when
    claims held."""
    import duckdb

    with duckdb.connect(str(candidate), read_only=True) as connection:

        def rows(query: str) -> list[dict[str, Any]]:
            cursor = connection.execute(query)
            names = [d[0] for d in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        totals = rows(
            "SELECT period, production_krw_100m, exports_usd_m, employment_count, utilization_pct, "
            f"tenant_count, operating_count FROM national_total_quarterly WHERE period = '{period}'"
        )
        now = rows(
            "SELECT metric, definition, period, share_pct, coverage, reason_en, reason_ko "
            f"FROM national_share WHERE period = '{period}' "
            "ORDER BY metric, definition"
        )
        held = rows(
            "SELECT claim_id, stated_pct, definition, period, measured_pct, coverage, verdict "
            "FROM claim_check WHERE verdict = 'supported' ORDER BY claim_id, period, definition"
        )
        last = rows(
            "SELECT metric, definition, period, share_pct, coverage FROM national_share "
            "WHERE share_pct IS NOT NULL QUALIFY row_number() OVER ("
            "PARTITION BY metric, definition ORDER BY period DESC) = 1 ORDER BY metric, definition"
        )
    return {"totals": totals[0] if totals else {}, "shares_now": now, "held": held, "last": last}
