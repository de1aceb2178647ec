"""The catalogue: the environment's own fields, read light or whole; the standard list where neither can be had."""

import pytest

from integrations.connectors.dynamics365.metadata import entity_types
from integrations.connectors.dynamics365.tests.kit import canned
from integrations.sandbox.app import Request, Response

EDMX = """<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="Microsoft.Dynamics.DataEntities" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="Other"><Property Name="X" Type="Edm.String"/></EntityType>
<EntityType Name="CustomerV3">
<Property Name="dataAreaId" Type="Edm.String" Nullable="false"/>
<Property Name="OrganizationName" Type="Edm.String"/>
<Property Name="CustomerGroupId" Type="Edm.String">
<Annotation Term="Microsoft.Dynamics.OData.Core.V1.IsRequired" Bool="true"/></Property>
<Property Name="SalesCurrencyCode" Type="Edm.String"/>
<Property Name="PartyNumber" Type="Edm.String">
<Annotation Term="Microsoft.Dynamics.OData.Core.V1.AllowEditOnCreate" Bool="false"/></Property>
<Property Name="ABC_ChurnScore" Type="Edm.Decimal" Nullable="false"/>
</EntityType></Schema></edmx:DataServices></edmx:Edmx>"""
LIGHT = {
    "Name": "CustomerV3",
    "EntitySetName": "CustomersV3",
    "Properties": [
        {"Name": "OrganizationName", "TypeName": "Edm.String", "AllowEditOnCreate": True},
        {"Name": "CustomerGroupId", "TypeName": "Edm.String", "IsMandatory": True, "AllowEditOnCreate": True},
        {"Name": "SalesCurrencyCode", "TypeName": "Edm.String", "AllowEditOnCreate": True},
        {"Name": "ABC_ChurnScore", "TypeName": "Edm.Decimal", "AllowEditOnCreate": True},
    ],
}
ROUTE = {"Message": "No HTTP resource was found that matches the request URI."}


def light(request: Request) -> Response | None:
    return Response.json(200, LIGHT) if "PublicEntities" in request.path else None


def whole(request: Request) -> Response | None:
    if "PublicEntities" in request.path:
        return Response.json(404, ROUTE)
    return Response.text(200, EDMX, "application/xml") if "$metadata" in request.path else None


def neither(request: Request) -> Response | None:
    is_metadata = "PublicEntities" in request.path or "$metadata" in request.path
    return Response.json(404, ROUTE) if is_metadata else None


@pytest.mark.parametrize("answer", [light, whole])
def test_it_offers_the_environments_own_fields(answer):
    with canned(answer) as (bench, _):
        fields = {each.name: each for each in bench.session().sink("customers").catalogue()}
    assert fields["ABC_ChurnScore"].type == "amount"
    assert fields["CustomerGroupId"].required
    assert "CreditLimit" not in fields


def test_it_falls_back_on_the_standard_fields():
    with canned(neither) as (bench, _):
        names = {each.name for each in bench.session().sink("customers").catalogue()}
    assert {"OrganizationName", "CreditLimit"} <= names


def test_it_asks_once_per_session():
    with canned(whole) as (bench, system):
        session = bench.session()
        for _ in range(3):
            session.sink("customers").catalogue()
        assert len(system.asked("$metadata")) == 1


def test_it_reads_only_the_entities_it_needs():
    found = dict(entity_types(EDMX.encode(), frozenset({"CustomerV3"})))
    assert set(found) == {"CustomerV3"}
    assert not found["CustomerV3"]["PartyNumber"].is_writable
