"""What people have decided about names: complexes, industries, provinces, units (the dbt seeds).

The seeds are the one place where a spelling is mapped to a code; the parser and the warehouse
read the same files. An unknown name is never guessed.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

SEED_FILES = (
    "complexes.csv",
    "complex_spellings.csv",
    "industries.csv",
    "units.csv",
    "provinces.csv",
    "claim_metrics.csv",
)


def tidy(text: str) -> str:
    """NFC, every kind of blank (NBSP included) to one space, trimmed."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("\u200b", "")
    return " ".join(text.split())


def name_key(text: str) -> str:
    """The form in which names are compared: tidy and without blanks."""
    return tidy(text).replace(" ", "")


@dataclass(frozen=True)
class Unit:
    """A unit's dimension and the factor to the canonical unit of that dimension."""

    name: str
    dimension: str
    factor_to_canonical: float


@dataclass(frozen=True)
class Registry:
    """Mappings from spelling to code, and the fingerprint of the files they came from."""

    complexes: dict[str, str]
    industries: dict[str, str]
    units: dict[str, Unit]
    fingerprint: str
    #: Spelling of a province (without blanks) → ISO 3166-2.
    provinces: dict[str, str] = field(default_factory=dict)
    #: Metric of claims → its unit, with the dimension that a claim's unit must have.
    metrics: dict[str, Unit] = field(default_factory=dict)
    #: Metric of claims → the scopes for which it is measured.
    scopes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Metrics of claims that are measured for one complex.
    complex_metrics: frozenset[str] = frozenset()
    #: Complex → its names in Korean and English.
    complex_names: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: Complex → its type: national, general, urban_hitech, agro, foreign.
    complex_types: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, seeds: Path) -> Registry:
        """Read the mappings from the seeds folder.

        Raises:
            FileNotFoundError: a seed is missing.
            ValueError: a spelling is mapped to two codes.
        """
        digest = hashlib.sha256()
        for name in SEED_FILES:
            digest.update((seeds / name).read_bytes())
        complexes: dict[str, str] = {}
        listed = _rows(seeds / "complexes.csv")
        for row in listed:
            _put(complexes, row["name_ko"], row["complex_id"], "complexes.csv")
        for row in _rows(seeds / "complex_spellings.csv"):
            _put(complexes, row["spelling"], row["complex_id"], "complex_spellings.csv")
        industries: dict[str, str] = {}
        for row in _rows(seeds / "industries.csv"):
            for spelling in [row["name_ko"], *row["spellings"].split(";")]:
                if spelling.strip():
                    _put(industries, spelling, row["industry_code"], "industries.csv")
        units = {
            name_key(row["unit"]): Unit(
                row["unit"], row["dimension"], float(row["factor_to_canonical"])
            )
            for row in _rows(seeds / "units.csv")
        }
        provinces: dict[str, str] = {}
        for row in _rows(seeds / "provinces.csv"):
            for spelling in [row["name_ko"], *row["spellings"].split(";")]:
                if spelling.strip():
                    _put(provinces, spelling, row["province_code"], "provinces.csv")
        claimed = _rows(seeds / "claim_metrics.csv")
        return cls(
            complexes,
            industries,
            units,
            digest.hexdigest()[:16],
            provinces,
            {row["metric"]: Unit(row["unit"], row["dimension"], 1.0) for row in claimed},
            {row["metric"]: tuple(row["scopes"].split("|")) for row in claimed},
            frozenset(row["metric"] for row in claimed if row["model"].startswith("one_complex")),
            {row["complex_id"]: (row["name_ko"], row["name_en"]) for row in listed},
            {row["complex_id"]: row["complex_type"] for row in listed},
        )

    def nearest_complex(self, raw: str) -> str | None:
        """The known spelling most like an unknown one: a hint for a person, never a mapping."""
        found = difflib.get_close_matches(name_key(raw), self.complexes, n=1, cutoff=0.6)
        return found[0] if found else None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _put(mapping: dict[str, str], spelling: str, code: str, where: str) -> None:
    key = name_key(spelling)
    if mapping.setdefault(key, code) != code:
        raise ValueError(f"{where}: '{spelling}' is mapped to {mapping[key]} and to {code}")
