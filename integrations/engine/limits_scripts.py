"""The Lua scripts of the limiter: each runs whole, so all processes see one state. Time is the Redis server's.

Keys per scope: held (holder -> slots), until (holder by expiry), queue (holder by arrival), polled (holder by last
poll), state (pause and narrowed width), minute and hour (calls per bucket). `born` is one for all: its absence tells of
a flush.
"""

KEYS = ("held", "until", "queue", "polled", "state", "minute", "hour")
BORN = "limit:born"

_PRELUDE = """
local held, until_, queue, polled, state, minute, hour, born_key = unpack(KEYS)
local now = tonumber(ARGV[1])
if now == 0 then
    local time = redis.call('TIME')
    now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end
local KEPT_S = 7200

local function number(key, field) return tonumber(redis.call('HGET', key, field) or '0') end

local function width_of(limit)
    local born = tonumber(redis.call('GET', born_key) or '-1')
    if born < 0 then
        born = now
        redis.call('SET', born_key, tostring(now))
    end
    -- After a flush: one at a time until every holder has renewed, then one more every quarter of a second.
    local width = math.min(limit, 1 + math.floor(math.max(0, now - born - 1) * 4))
    local level = number(state, 'level')
    if level > 0 then
        width = math.min(width, level + math.floor(math.max(0, now - number(state, 'since')) / 2))
    end
    return math.max(1, width)
end
"""

# ARGV: now, holder, slots wanted, slots in use, tokens wanted, concurrency, per minute, per hour, ttl
# gives: slots held from now on, tokens, ms until there is room (0: unknown), ms of pause, server time
ASK = (
    _PRELUDE
    + """
local me, want, busy, tokens = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local limit, per_minute, per_hour, ttl = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])

for _, dead in ipairs(redis.call('ZRANGEBYSCORE', until_, '-inf', now)) do
    redis.call('HDEL', held, dead)
    redis.call('ZREM', until_, dead)
end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', polled, '-inf', now - 1)) do
    redis.call('ZREM', queue, gone)
    redis.call('ZREM', polled, gone)
end

local mine, others = number(held, me), 0
for _, slots in ipairs(redis.call('HVALS', held)) do others = others + tonumber(slots) end
others = others - mine

local pause = number(state, 'pause_until') - now
local grant, wait = 0, 0
if pause > 0 then
    grant, tokens, wait = math.max(mine, busy), 0, pause
else
    local ahead = redis.call('ZRANK', queue, me) or redis.call('ZCARD', queue)
    grant = math.max(busy, math.min(want, width_of(limit) - others - ahead))
end

if grant > busy or pause > 0 then
    redis.call('ZREM', queue, me)
    redis.call('ZREM', polled, me)
else
    redis.call('ZADD', queue, 'NX', now, me)
    redis.call('ZADD', polled, now, me)
    tokens = 0
end

local function room(key, most, span, buckets)
    if most == 0 then return tokens end
    local size = span / buckets
    local current, used, oldest = math.floor(now / size), 0, nil
    local all = redis.call('HGETALL', key)
    for i = 1, #all, 2 do
        local bucket = tonumber(all[i])
        if bucket + 1 + buckets <= current then
            redis.call('HDEL', key, all[i])
        else
            used = used + tonumber(all[i + 1])
            if tonumber(all[i + 1]) > 0 then oldest = math.min(oldest or bucket, bucket) end
        end
    end
    if used >= most and oldest then wait = math.max(wait, (oldest + 1 + buckets) * size - now) end
    return math.max(0, most - used)
end

if tokens > 0 then
    tokens = math.min(tokens, room(minute, per_minute, 60, 30), room(hour, per_hour, 3600, 60))
    if tokens > 0 and per_minute > 0 then redis.call('HINCRBY', minute, math.floor(now / 2), tokens) end
    if tokens > 0 and per_hour > 0 then redis.call('HINCRBY', hour, math.floor(now / 60), tokens) end
end

if grant > 0 then
    redis.call('HSET', held, me, grant)
    redis.call('ZADD', until_, now + ttl, me)
else
    redis.call('HDEL', held, me)
    redis.call('ZREM', until_, me)
end
for i = 1, 7 do redis.call('EXPIRE', KEYS[i], KEPT_S) end
return {grant, tokens, math.ceil(wait * 1000), math.max(0, math.ceil(pause * 1000)), math.floor(now)}
"""
)

# ARGV: now, holder, tokens to give back, server time of their count
GIVE = (
    _PRELUDE
    + """
local me, tokens, counted = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('HDEL', held, me)
for _, key in ipairs({until_, queue, polled}) do redis.call('ZREM', key, me) end
local function refund(key, bucket)
    local back = math.min(tokens, number(key, bucket))
    if back > 0 then redis.call('HINCRBY', key, bucket, -back) end
end
refund(minute, math.floor(counted / 2))
refund(hour, math.floor(counted / 60))
return 1
"""
)

# ARGV: now, seconds to pause (0: the system did not say), concurrency
# gives: milliseconds that the pause still lasts
SLOW = (
    _PRELUDE
    + """
local asked, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local pause_until = number(state, 'pause_until')
if pause_until <= now then
    local strikes = 1
    if now - pause_until < 60 then strikes = number(state, 'strikes') + 1 end
    if asked == 0 then asked = math.min(60, 2 ^ (strikes - 1)) end
    redis.call('HSET', state, 'strikes', strikes, 'level', math.max(1, math.floor(width_of(limit) / 2)))
end
pause_until = math.max(pause_until, now + asked)
redis.call('HSET', state, 'pause_until', tostring(pause_until), 'since', tostring(pause_until))
redis.call('EXPIRE', state, KEPT_S)
return math.ceil((pause_until - now) * 1000)
"""
)
