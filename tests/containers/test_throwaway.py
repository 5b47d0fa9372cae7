"""The store and the log keep what they promise on the servers that others run: Postgres 18 and Kafka, as images."""

import os
import subprocess
import sys

import pytest

from tests import throwaway
from tests.containers.engine import must_exist
from tests.funnelcast.command import ROOT
from tests.kafka import free_ports

pytestmark = [pytest.mark.containers, pytest.mark.timeout(400)]


def passing(*words: str, **env: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    ran = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=390, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    print(ran.stdout.splitlines()[-1])


def test_the_store_on_postgres_18() -> None:
    must_exist()
    passing(
        "tests/shared/store", "tests/shared/flow/test_log.py", "-m", "not kafka", FUNNELCAST_TEST_POSTGRES="container"
    )


def test_the_tests_of_the_log_run_on_a_kafka_in_a_container() -> None:
    must_exist()
    with throwaway.kafka(free_ports(1)[0]) as address:
        passing("tests/shared/flow/test_log.py", "-m", "kafka", FUNNELCAST_TEST_KAFKA=address)
