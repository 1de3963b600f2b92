"""One digit of one sentence changed, in either language: nothing is published, readers keep what they had."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from ingestion.sample import mutate
from pipeline.cli import app
from publication import outputs
from publication.bulletin import render_bulletin
from publication.bulletin import words as s


def sandan(home: Path, *arguments: str | Path) -> tuple[int, str]:
    """The command line in this process; of the outputs the bulletin alone is rendered."""
    with patch.object(outputs, "render_outputs", lambda f: render_bulletin(f, f / "bulletin")):
        result = CliRunner().invoke(
            app, [*map(str, arguments)], env={"SANDAN_HOME": str(home), "COLUMNS": "200"}
        )
    return result.exit_code, result.output


def lie(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """The last digit of the sentence on women in employment is one more."""
    honest = s.women_sentence

    def false(women: s.Obs, total: s.Obs, language: s.Lang) -> str:
        text = honest(women, total, language)
        if language != lang:
            return text
        at = [m.start() for m in re.finditer(r"\d", text)][-1]
        return text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]

    monkeypatch.setattr(s, "women_sentence", false)


def test_a_changed_digit_is_not_published_in_either_language(
    home: Path, edition_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = edition_file(mutate.add_footnote("production_by_complex", "* 재배포"), name="재발행.xlsx")
    for lang, command in (("ko", ["run", "--inbox", new.parent]), ("en", ["publish"])):
        with monkeypatch.context() as patched:
            lie(patched, lang)
            code, said = sandan(home, *command)
        assert code != 0
        assert "is not published" in said and "공표하지 않습니다" in said
        assert f"{lang}: the text does not follow from the figures" in said.replace("\n", "")
        assert os.readlink(home / "releases/current") == "2026-Q1_v1"
        assert sorted(p.name for p in (home / "releases").iterdir() if "_v" in p.name) == [
            "2026-Q1_v1"
        ]
    code, said = sandan(home, "publish")  # the same build with true sentences
    assert code == 0, said
    assert os.readlink(home / "releases/current") == "2026-Q1_v2"
