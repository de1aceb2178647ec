"""What the service tells of itself: the EDMX of `$metadata`, the service document, and the light metadata."""

import re
from xml.sax.saxutils import quoteattr

from integrations.connectors.dynamics365.simulator.enums import ENUMS, NAMESPACE
from integrations.connectors.dynamics365.simulator.schema import EntitySet, Field
from integrations.sandbox.app import Json

_EDM = {
    "string": "Edm.String",
    "decimal": "Edm.Decimal",
    "int32": "Edm.Int32",
    "int64": "Edm.Int64",
    "date": "Edm.DateTimeOffset",
    "utc": "Edm.DateTimeOffset",
}
_XPP = {"string": "String", "decimal": "Real", "int32": "Int32", "int64": "Int64", "date": "Date", "utc": "UtcDateTime"}
_CORE = "Microsoft.Dynamics.OData.Core.V1"
_LABEL = re.compile(r"Labels\(Id='([^']*)',Language='([\w-]+)'\)")
_KEYED = re.compile(r"(\w+)\('([\w.]+)'\)")


def edmx(sets: dict[str, EntitySet]) -> str:
    """Write the metadata document."""
    enums = "".join(_enum(name, members) for name, members in ENUMS.items())
    types = "".join(_type(one) for one in sets.values())
    container = "".join(
        f'<EntitySet Name="{one.name}" EntityType="{NAMESPACE}.{one.type}">'
        + "".join(
            f'<NavigationPropertyBinding Path="{name}" Target="{target}"/>'
            for name, (target, _) in one.navigation.items()
        )
        + "</EntitySet>"
        for one in sets.values()
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
        f'<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">{types}{enums}'
        f'<EntityContainer Name="Resources">{container}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>'
    )


def service_document(root: str, sets: dict[str, EntitySet]) -> Json:
    """List the sets."""
    return {
        "@odata.context": f"{root}$metadata",
        "value": [{"name": name, "kind": "EntitySet", "url": name} for name in sets],
    }


def light(path: str, sets: dict[str, EntitySet]) -> Json | None:
    """Answer `/Metadata/...`; None for what it does not have."""
    if path == "DataEntities":
        return {"value": [_data_entity(one) for one in sets.values()]}
    if path == "PublicEntities":
        return {"value": [_public_entity(one) for one in sets.values()]}
    if path == "PublicEnumerations":
        return {"value": [_public_enum(name) for name in ENUMS]}
    label = _LABEL.fullmatch(path)
    if label is not None:
        return {"Id": label[1], "Language": label[2], "Value": label[1].rpartition(":")[2]}
    match = _KEYED.fullmatch(path)
    if match is None:
        return None
    kind, name = match.groups()
    if kind == "PublicEnumerations":
        return _public_enum(name) if name in ENUMS else None
    for one in sets.values():
        if kind == "PublicEntities" and one.type == name:
            return _public_entity(one)
        if kind == "DataEntities" and one.aot == name:
            return _data_entity(one)
    return None


def _enum(name: str, members: tuple[str, ...]) -> str:
    inner = "".join(f'<Member Name="{member}" Value="{at}"/>' for at, member in enumerate(members))
    return f'<EnumType Name="{name}">{inner}</EnumType>'


def _type(entity_set: EntitySet) -> str:
    keys = "".join(f'<PropertyRef Name="{one.name}"/>' for one in entity_set.keys)
    inner = "".join(_property(one) for one in entity_set.fields.values())
    ways = "".join(
        f'<NavigationProperty Name="{name}" Type="Collection({NAMESPACE}.{target.removesuffix("s")})"/>'
        for name, (target, _) in entity_set.navigation.items()
    )
    return f'<EntityType Name="{entity_set.type}"><Key>{keys}</Key>{inner}{ways}</EntityType>'


def _property(field: Field) -> str:
    kind = _EDM.get(field.type, f"{NAMESPACE}.{field.type}")
    is_nullable = (field.type == "string" or field.is_enum) and not field.is_key
    nullable = "" if is_nullable else ' Nullable="false"'
    notes = []
    if field.is_required:
        notes.append(("IsRequired", "true"))
    if field.is_read_only:
        notes += [("AllowEdit", "false"), ("AllowEditOnCreate", "false")]
    if field.type in ("date", "utc"):
        notes.append(("AXType", _XPP[field.type]))
    inner = "".join(f'<Annotation Term="{_CORE}.{term}" String={quoteattr(value)}/>' for term, value in notes)
    return f'<Property Name="{field.name}" Type="{kind}"{nullable}>{inner}</Property>'


def _data_entity(one: EntitySet) -> Json:
    return {
        "Name": one.aot,
        "PublicEntityName": one.type,
        "PublicCollectionName": one.name,
        "LabelId": f"@SYS:{one.aot}",
        "DataServiceEnabled": True,
        "DataManagementEnabled": True,
        "EntityCategory": "Transaction" if one.is_writable else "Reference",
        "IsReadOnly": not one.is_writable,
    }


def _public_entity(one: EntitySet) -> Json:
    properties = [
        {
            "Name": field.name,
            "TypeName": _EDM.get(field.type, f"{NAMESPACE}.{field.type}"),
            "DataType": _XPP.get(field.type, "Enum"),
            "LabelId": None,
            "IsKey": field.is_key,
            "IsMandatory": field.is_required,
            "ConfigurationEnabled": True,
            "AllowEdit": one.is_writable and not (field.is_read_only or field.is_fixed),
            "AllowEditOnCreate": one.is_writable and not field.is_read_only,
            "IsDimension": "DimensionDisplayValue" in field.name,
            "IsDynamicDimension": False,
        }
        for field in one.fields.values()
    ]
    return {
        "Name": one.type,
        "EntitySetName": one.name,
        "LabelId": f"@SYS:{one.aot}",
        "IsReadOnly": not one.is_writable,
        "ConfigurationEnabled": True,
        "Properties": properties,
        "NavigationProperties": [],
        "PropertyGroups": [],
        "Actions": [],
    }


def _public_enum(name: str) -> Json:
    members = [{"Name": member, "Value": at, "ConfigurationEnabled": True} for at, member in enumerate(ENUMS[name])]
    return {"Name": name, "LabelId": None, "Members": members}
