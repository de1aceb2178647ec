"""`manage.py verify_audit`: recompute the seals of the trail and name the first place that does not hold."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.seal import verify
from portal.models import Tenant


class Command(BaseCommand):
    """Verify every tenant's chain, or one."""

    help = "Recompute the audit trail's seals; exit 1 and name the first broken row if it was tampered with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the tenant to look at."""
        parser.add_argument("--tenant", help="slug of one company; all without")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through the tenants; all are checked before the verdict."""
        tenants = Tenant.objects.order_by("id")
        if options["tenant"]:
            tenants = tenants.filter(slug=options["tenant"])
            if not tenants:
                raise CommandError(f"No company has the slug {options['tenant']}.")
        broken = 0
        for tenant in tenants:
            fault = verify(tenant.pk)
            broken += fault is not None
            self.stdout.write(f"{tenant.slug}: {'intact' if fault is None else 'BROKEN: ' + fault.reason}")
        if broken:
            raise CommandError(f"The trail of {broken} of {len(tenants)} companies does not hold.", returncode=1)
