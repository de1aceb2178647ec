"""What the scheduler does: ticks that only find work; workers do it."""

from rq import cron

from integrations.jobs import tick
from portal import retention
from portal.approvals import jobs as approvals
from portal.notifications import jobs as notifications

# A tick that waits longer than its ttl is dropped: the next one finds the same work.
cron.register(tick, queue_name="high", interval=2, ttl=10, result_ttl=0)
cron.register(retention.tick, queue_name="high", interval=300, ttl=60, result_ttl=0)
cron.register(approvals.tick, queue_name="high", interval=300, ttl=60, result_ttl=0)
cron.register(notifications.tick, queue_name="high", interval=30, ttl=60, result_ttl=0)
cron.register(notifications.tick_slow, queue_name="high", interval=3600, ttl=600, result_ttl=0)
