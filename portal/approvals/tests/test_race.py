"""Two people approve at the same moment: it is done once, and the second is told who was first."""

from threading import Barrier, Thread

from django.db import connection

from audit.models import ConfigChange
from integrations.errors import ConfigurationError
from integrations.models import ApprovalRequest
from mappings.models import Mapping
from portal.approvals.deciding import approve
from portal.approvals.tests.office import CASES, ask, open_office
from portal.models import Membership, Role
from portal.tests.people import join


def test_it_publishes_once_where_two_approve_at_the_same_moment(live_db):
    office = open_office()
    third = join(office.company.tenant, Role.ADMIN, "adam@acme.example")
    request = ask(office, CASES["publish"])
    both, said = Barrier(2), []

    def press(membership_id):
        membership = Membership.objects.select_related("user", "tenant").get(pk=membership_id)
        asked = ApprovalRequest.objects.get(pk=request.pk)
        both.wait(timeout=60)
        try:
            said.append(approve(asked, membership=membership))
        except ConfigurationError as refusal:
            said.append(refusal.message)
        finally:
            connection.close()

    threads = [Thread(target=press, args=(each.pk,)) for each in (office.other, third)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(each.split(" ")[0] for each in said) == ["This", "Version"]
    assert ApprovalRequest.objects.get().state == "done"
    assert Mapping.objects.get(flow="invoices", status="published").version == 2
    assert ConfigChange.objects.filter(action="published").count() == 1
