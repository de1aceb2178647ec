"""What the scheduler does: one tick every two seconds. It only finds work; workers do it."""

from rq import cron

from integrations.jobs import tick

# A tick that waits longer than its ttl is dropped: the next one finds the same work.
cron.register(tick, queue_name="high", interval=2, ttl=10, result_ttl=0)
