"""The queryset every table of a tenant starts from; here because every layer above may import it."""

from typing import Any, Protocol, Self, TypeVar

from django.db import models

ModelT = TypeVar("ModelT", bound=models.Model, covariant=True)


class HasId(Protocol):
    """A saved tenant, known by its primary key only: lower layers do not import the portal."""

    @property
    def pk(self) -> Any: ...


def tenant_id_of(tenant: HasId | int) -> int:
    """Give the id of a tenant handed in as a row or as its id; raises ValueError for an unsaved one."""
    tenant_id = tenant if isinstance(tenant, int) else tenant.pk
    if tenant_id is None:
        raise ValueError("An unsaved tenant owns no rows.")
    return int(tenant_id)


class TenantQuerySet(models.QuerySet[ModelT]):
    """Rows with a `tenant` column (or, through `tenant_path`, one reached over a relation).

    Use as `objects = TenantQuerySet.as_manager()`; `.for_tenant(tenant)` is how every query begins.
    """

    tenant_path = "tenant_id"

    def for_tenant(self, tenant: HasId | int) -> Self:
        """Keep only what belongs to the tenant."""
        return self.filter(**{self.tenant_path: tenant_id_of(tenant)})
