"""Running orchestrations: formats, permissions, refusals and all the ways to fail: vendor sections 4.1 to 4.3."""

import pytest

from integrations.connectors.jde.tests.simulator_helpers import (
    ais,
    browse_body,
    condition,
    control,
    enterprise_of,
    journal,
    make_world,
    options,
    rows,
    run,
    signed_in,
    simulator_of,
)
from integrations.sandbox.app import Request

JE = "MLC_GL_ADD_JE"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return signed_in(world)


def misconfigure(world, name=JE, **changes):
    answer = control(world).post("/orchestrations/jde", json={"name": name, **changes})
    assert answer.status_code == 200, answer.text


def journals(world):
    return len(enterprise_of(world).books.documents)


def test_ping_tells_the_server_s_local_clock(client):
    found = run(client, "MLC_SYS_PING", contractVersion="1").json()
    assert (found["serverDate"], found["serverTime"]) == ("2026-11-21", "120000")
    assert (found["environment"], found["user"]) == ("JPD920", "MLCONN")


def test_outputs_come_with_status_and_what_nobody_asked_for(client):
    found = run(client, JE, **journal()).json()
    assert (found["result"], found["contractVersion"], found["batchType"], found["warnings"]) == (
        "CREATED",
        "1",
        "G",
        [],
    )
    assert (found["jde__status"], "orchestrationVersion" in found) == ("SUCCESS", True)
    assert isinstance(found["jde__serverExecutionSeconds"], float)


def test_values_may_be_numbers_or_text(client):
    lines = [
        {"lineNumber": 1, "account": "1.1215", "amount": 100.5},
        {"lineNumber": 2, "account": "110.5010", "amount": "-100.50"},
    ]
    assert run(client, JE, **journal(lines=lines)).json()["result"] == "CREATED"


@pytest.mark.parametrize("name", ["externalRef", "glDate", "currencyCode", "lines", "explanation", "documentCompany"])
def test_a_missing_input_is_named(world, client, name):
    inputs = journal()
    del inputs[name]
    answer = run(client, JE, **inputs)
    assert (answer.status_code, name in answer.json()["message"], journals(world)) == (400, True, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"glDate": "11/20/2026"},
        {"glDate": "20261120"},
        {"glDate": "2026-02-30"},
        {"explanation": "x" * 31},
        {"explanation": "two\nlines"},
        {"lines": "none"},
        {"lines": [{"lineNumber": "1", "account": "1.1215", "amount": "1,000.00"}]},
        {"lines": [{"lineNumber": "1", "account": "1.1215", "amount": "NaN"}]},
        {"lines": [{"lineNumber": "1", "amount": "1"}]},
        {"jde__jobQueue": "FAST"},
    ],
)
def test_inputs_of_a_wrong_form_are_refused(world, client, changes):
    assert client.post(f"/v3/orchestrator/{JE}", json=journal(**changes)).status_code == 400
    assert journals(world) == 0


def test_the_status_of_missing_inputs_differs_between_sites(world, client):
    options(world, missing_input_status=500)
    assert run(client, JE, contractVersion="1").status_code == 500


def test_unknown_inputs_are_ignored(client):
    assert run(client, JE, **journal(colour="green")).status_code == 200


def test_the_format_is_chosen_by_design(world, client):
    standard = {
        "inputs": [{"name": k, "value": v} for k, v in journal().items() if k != "lines"],
        "detailInputs": [
            {
                "name": "lines",
                "repeatingInputs": [
                    {"inputs": [{"name": k, "value": v} for k, v in line.items()]} for line in journal()["lines"]
                ],
            }
        ],
    }
    assert client.post(f"/v3/orchestrator/{JE}", json=standard).status_code == 500
    misconfigure(world, inputFormat="JDE Standard")
    assert run(client, JE, **journal()).status_code == 500
    assert client.post(f"/v3/orchestrator/{JE}", json=standard).json()["result"] == "CREATED"


def test_get_runs_an_orchestration_but_takes_no_arrays(world, client):
    found = client.get("/v3/orchestrator/MLC_SYS_PING", params={"contractVersion": "1"})
    assert found.json()["environment"] == "JPD920"
    flat = {key: value for key, value in journal().items() if key != "lines"}
    assert client.get(f"/v3/orchestrator/{JE}", params=flat).status_code == 400
    customer = {**flat, "alphaName": "By accident"}
    assert client.get("/v3/orchestrator/MLC_AB_UPSERT_CUSTOMER", params=customer).status_code == 200
    assert len(rows(client, "F0101", condition("F0101.ALPH", "EQUAL", "By accident"))) == 1


@pytest.mark.parametrize(
    ("headers", "status"), [({"Accept": "text/html"}, 406), ({"Accept": "application/*"}, 200), ({}, 200)]
)
def test_it_answers_json_only(client, headers, status):
    assert client.post(f"/v2/orchestrator/{JE}", json=journal(), headers=headers).status_code == status


@pytest.mark.parametrize("name", ["MLC_GL_ADD_JX", "mlc_gl_add_je"])
def test_an_unknown_name_cannot_be_loaded(client, name):
    answer = run(client, name, **journal())
    assert (answer.status_code, "could not be loaded" in answer.json()["message"]) == (500, True)


def test_a_user_without_the_object_s_view_is_refused(world):
    assert run(signed_in(world, "MLREAD"), JE, **journal()).status_code == 403


def test_an_orchestrator_without_licence_is_refused(world):
    assert run(signed_in(world, host="ais-unlicensed.acme.example"), JE, **journal()).status_code == 403


def test_a_personal_orchestration_is_not_there_for_others(world, client):
    misconfigure(world, udoGroup="Personal")
    assert run(client, JE, **journal()).status_code == 500


@pytest.mark.parametrize(("manner", "kind"), [("string", str), ("object", dict)])
def test_an_abort_words_its_message_in_two_ways(world, client, manner, kind):
    options(world, message=manner)
    answer = run(client, JE, **journal(documentCompany="00077"))
    body = answer.json()
    assert (answer.status_code, type(body["message"]), body["status"]) == (500, kind, "ERROR")
    assert "Company 00077" in body["jde__simpleMessage"]
    assert body["userDefinedErrorText"]


def test_the_form_s_errors_have_upper_case_names(world, client):
    options(world, message="object")
    body = run(client, JE, **journal(documentCompany="00077")).json()
    error = body["message"]["fs_P0911_W0911A"]["errors"][0]
    assert set(error) == {"CODE", "TITLE", "ERRORCONTROL", "DESC", "MOBILE"}


def test_continue_on_error_turns_a_refusal_into_200(world, client):
    misconfigure(world, containsContinueOnError=True)
    answer = run(client, JE, **journal(documentCompany="00077"))
    assert answer.status_code == 200
    assert set(answer.json()["continuedOnError"][0]) == {"step", "message", "timeStamp", "userDefinedErrorText", "type"}


@pytest.mark.parametrize(
    ("kind", "status", "booked"),
    [
        ("abort", 500, 0),
        ("abort_object", 500, 0),
        ("continued", 200, 1),
        ("status_error", 200, 1),
        ("commit_then_444", 444, 1),
        ("commit_then_500", 500, 1),
        ("html", 502, 1),
    ],
)
def test_a_run_fails_before_or_after_it_committed(world, client, kind, status, booked):
    misconfigure(world, fail=kind)
    assert (run(client, JE, **journal()).status_code, journals(world)) == (status, booked)


def test_what_was_committed_is_found_as_a_duplicate(world, client):
    misconfigure(world, fail="commit_then_500")
    run(client, JE, **journal())
    assert run(client, JE, **journal()).json()["result"] == "DUPLICATE"
    assert journals(world) == 1


@pytest.mark.parametrize("queue", ["JDE__USER_ASYNCH", "JDE__ASYNCH"])
def test_asynchronous_queues_lose_the_result(world, client, queue):
    answer = client.post(f"/v3/orchestrator/{JE}", json=journal(jde__jobQueue=queue))
    assert (answer.status_code, answer.json(), journals(world)) == (200, {}, 1)


@pytest.mark.parametrize(("queue", "booked"), [("JDE__USER_SINGLE", 1), ("JDE__SINGLE", 1), ("JDE__DEFAULT", 2)])
def test_only_a_single_queue_closes_the_gap_between_look_up_and_insert(world, client, queue, booked):
    """Two runs in flight at once: without a single queue neither look-up sees the other's rows."""
    body = client.build_request("POST", f"/v3/orchestrator/{JE}", json=journal(jde__jobQueue=queue))
    target = body.url.raw_path.decode()
    headers = {name.lower(): value for name, value in body.headers.items()}
    twins = [Request.make("POST", target, headers, body.content) for _ in range(2)]
    plans = [world.plan("jde", one) for one in twins]
    results = [world.perform("jde", one, plan).status for one, plan in zip(twins, plans, strict=True)]
    assert (results, journals(world)) == ([200, 200], booked)


def test_write_faults_change_what_is_booked(world, client):
    control(world).post("/faults/jde", json={"rules": [{"kind": "write_altered", "times": 1}]})
    run(client, JE, **journal())
    found = rows(client, "F0911", columns="AA EXR", order=["AA"])
    assert [row["AA"] for row in found] == [-100.01, 100.01]


def test_write_faults_drop_inputs(world, client):
    rule = {"kind": "write_dropped_field", "times": 1, "value": "subledger"}
    control(world).post("/faults/jde", json={"rules": [rule]})
    lines = [{**line, "subledger": "1", "subledgerType": "A"} for line in journal()["lines"]]
    run(client, JE, **journal(lines=lines))
    assert {row["SBL"] for row in rows(client, "F0911", columns="SBL")} == {""}


@pytest.mark.parametrize(
    ("method", "path", "is_write"),
    [
        ("POST", f"/jderest/v3/orchestrator/{JE}", True),
        ("GET", f"/jderest/v3/orchestrator/{JE}", True),
        ("POST", "/jderest/v3/orchestrator/MLC_SYS_PING", False),
        ("POST", "/jderest/v3/orchestrator/jde-login", False),
        ("POST", "/jderest/v2/dataservice", False),
        ("POST", "/jderest/v2/tokenrequest", False),
    ],
)
def test_it_tells_writes_by_the_orchestration_not_by_the_verb(world, method, path, is_write):
    assert simulator_of(world).is_write(Request.make(method, path)) is is_write


@pytest.mark.parametrize(("kind", "status"), [("server_error", 500), ("gateway_html", 502), ("rate_limit", 429)])
def test_it_words_the_kit_s_faults(world, client, kind, status):
    control(world).post("/faults/jde", json={"rules": [{"kind": kind}]})
    found = {client.post("/v2/dataservice", json=browse_body("F0010")).status_code for _ in range(3)}
    assert status in found


def test_nothing_is_written_through_the_data_service(client):
    body = browse_body("F0911", dataServiceType="INSERT")
    assert client.post("/v2/dataservice", json=body).status_code == 500
    assert client.post("/v2/dataservice/table/F0911", json={}).status_code == 405
    assert ais(make_world()).post("/v2/bsfnservice", json={}).status_code == 500
