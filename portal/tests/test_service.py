"""What a monitor sees."""

import pytest

pytestmark = pytest.mark.django_db


def test_it_says_that_it_is_well(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "database": True, "redis": True})


def test_it_names_a_redis_that_does_not_answer(client, settings):
    settings.RQ_QUEUES = {name: {"URL": "redis://127.0.0.1:1/0"} for name in settings.RQ_QUEUES}
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["redis"]) == (503, False)


def test_it_tells_figures_to_whoever_has_the_token(client, settings):
    settings.METRICS_TOKEN = "sandbox-monitor"
    answer = client.get("/metrics", headers={"Authorization": "Bearer sandbox-monitor"})
    assert "ml_connector_records_parked 0.0" in answer.content.decode()


@pytest.mark.parametrize("token", ["", "sandbox-monitor"])
def test_it_shows_nothing_without_the_token(client, settings, token):
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 404


def test_it_refuses_a_foreign_host_with_a_page(client):
    answer = client.get("/", headers={"host": "stranger.example"})
    assert answer.status_code == 400
