-- The person wrote in their case: counted, so that "seen" can say how many; a holder owes them an answer.
-- KEYS  1 case   ARGV  1 now
-- Returns 1 counted, 0 there is no such case
local state = redis.call('HGET', KEYS[1], 'state')
if not state then return 0 end
redis.call('HSET', KEYS[1], 'wrote_at', ARGV[1])
redis.call('HINCRBY', KEYS[1], 'wrote', 1)
if state == 'held' then redis.call('HSETNX', KEYS[1], 'owes_since', ARGV[1]) end
return 1
