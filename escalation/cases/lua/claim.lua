-- One counsellor takes a case; never two.
-- KEYS  1 waiting   2 case   3 held (sorted: conversation id by last sign of life)
-- ARGV  1 conversation id   2 counsellor   3 now
-- Returns 1 taken by you, 0 held by another, -1 there is no such case
local state = redis.call('HGET', KEYS[2], 'state')
if not state then return -1 end
if state == 'held' then
  return redis.call('HGET', KEYS[2], 'holder') == ARGV[2] and 1 or 0
end
redis.call('HSET', KEYS[2], 'state', 'held', 'holder', ARGV[2], 'claimed_at', ARGV[3], 'unread', 0)
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[3], 86400)
return 1
