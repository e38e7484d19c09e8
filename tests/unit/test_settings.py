"""Settings are read in one place, completely, and explain themselves."""

from __future__ import annotations

import pytest

from muster.settings import Settings, SettingsError, described, required_variables

GIVEN = {
    "MUSTER_STAGE": "dev",
    "MUSTER_LEDGER_TABLE": "ledger",
    "MUSTER_ACCESS_TABLE": "access",
    "MUSTER_FILES_BUCKET": "files",
    "MUSTER_JOBS_QUEUE_URL": "https://queue",
}


def test_settings_survive_the_way_through_an_environment() -> None:
    """What is written for a function is what it reads."""
    settings = Settings.from_environment({**GIVEN, "LOG_LEVEL": "DEBUG"})

    assert Settings.from_environment(settings.as_environment()) == settings
    assert settings.log_level == "DEBUG"


def test_an_empty_variable_counts_as_absent() -> None:
    """A template's empty parameter leaves the default in force."""
    settings = Settings.from_environment({**GIVEN, "LOG_LEVEL": "", "MUSTER_REPLICA_DIR": ""})

    assert settings.log_level == "INFO"
    assert settings.replica_dir.endswith("muster")


@pytest.mark.parametrize("missing", sorted(GIVEN))
def test_what_is_missing_is_named(missing: str) -> None:
    """Who deploys is told every variable that lacks."""
    with pytest.raises(SettingsError, match=missing):
        Settings.from_environment({k: v for k, v in GIVEN.items() if k != missing})


def test_every_setting_has_help() -> None:
    """Each variable says what it does, in a sentence."""
    assert set(required_variables()) == set(GIVEN)
    assert all(text.endswith(".") and len(text) > 20 for text in described().values())
