"""What becomes due by the clock: payments that go on, cancellations and voids that come through."""

import heapq

from integrations.connectors.billcom.simulator.lifecycle import NEXT, move
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.voids import finish_void


def run_due(org: Org) -> None:
    """Do what is due; a timer whose step no longer follows has been overtaken and does nothing."""
    now = org.clock.now().timestamp()
    while org.timers and org.timers[0][0] <= now:
        _, id, status = heapq.heappop(org.timers)
        payment = org.store.get("payment", id)
        if payment is None or status not in NEXT.get(payment.fields["singleStatus"], ()):
            continue
        if status == "VOIDED":
            finish_void(org, payment)
        else:
            move(org, payment, status)
