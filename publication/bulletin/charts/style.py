"""What all charts share: colours, type, the words of the watermark, and where a period stands."""

from __future__ import annotations

import re
from pathlib import Path

# Okabe and Ito's blue and vermillion (Color Universal Design, 2008): told apart by colour-blind
# readers and by lightness in grey print. Small text in vermillion uses the darker tone, which
# keeps a contrast of 5.6 to 1 on white.
BLUE = "#0072B2"
BLUE_TEXT = "#005A8E"
VERMILLION = "#D55E00"
VERMILLION_TEXT = "#B04A00"
INK = "#17202A"
MUTED = "#5B6673"
GREY = "#9AA4AE"
HAIRLINE = "#DDE2E7"
LAND = "#F3F5F7"

WATERMARK = "SIMULATED / 모의자료"

FONT = "Pretendard"
FONTS = Path(__file__).resolve().parents[2] / "fonts"


def year_of(period: str) -> float | None:
    """Where a period stands on the axis of years: `2010` -> 2010.0, `2026-Q1` -> 2026.125."""
    if re.fullmatch(r"\d{4}", period):
        return float(period)
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", period):
        return int(found.group(1)) + (int(found.group(2)) - 0.5) / 4
    if found := re.fullmatch(r"(\d{4})-(\d{2})", period):
        return int(found.group(1)) + (int(found.group(2)) - 0.5) / 12
    return None
