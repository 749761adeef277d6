"""docker-compose.yml and the Dockerfile: nothing here can run them, so that they are read with care."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from server.settings import Settings, load

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
GIVEN = "https://a-secret-of-32-characters.example"
OURS = ("migrate", "api", "worker")


def test_the_production_shape_has_its_five_services_and_two_volumes() -> None:
    assert set(COMPOSE["services"]) == {"database", "queue", *OURS}
    assert set(COMPOSE["volumes"]) == {"database", "queue"}


def test_every_setting_that_compose_names_exists_and_makes_valid_settings() -> None:
    known = {field.metadata["name"] for field in fields(Settings)}
    for name in OURS:
        environment = COMPOSE["services"][name]["environment"]
        assert set(environment) <= known
        filled = {key: re.sub(r"\$\{[^}]*\}", GIVEN, value) for key, value in environment.items()}
        assert load(filled).database_url == "postgresql://database:5432/bss"


def test_no_password_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    substitutions = re.findall(r"\$\{([A-Z_]+)([^}]*)\}", text)
    assert len(substitutions) >= 5
    assert all(rest.startswith(":?") for name, rest in substitutions)


def test_our_services_run_without_root_and_wait_for_the_migration() -> None:
    for name in OURS:
        assert COMPOSE["services"][name]["user"] == "10001:10001"
    for name in ("api", "worker"):
        depends = COMPOSE["services"][name]["depends_on"]
        assert depends["migrate"]["condition"] == "service_completed_successfully"
    assert COMPOSE["services"]["migrate"]["restart"] == "no"
    assert "USER bss" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_everything_that_runs_for_long_has_a_health_check() -> None:
    assert all("healthcheck" in COMPOSE["services"][name] for name in ("database", "queue", "api", "worker"))


def test_only_the_migration_knows_the_owner_of_the_database() -> None:
    knowing = [name for name in OURS if "DATABASE_OWNER_URL" in COMPOSE["services"][name]["environment"]]
    assert knowing == ["migrate"]


def test_constraints_pin_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 30
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+", line) for line in lines)
