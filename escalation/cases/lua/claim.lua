-- One counsellor takes a case; never two, and nobody more than they can hold.
-- KEYS  1 waiting   2 case   3 held (sorted: conversation id by last sign of life)   4 holders (id -> counsellor)
--       5 away (counsellor -> break or off)
-- ARGV  1 conversation id   2 counsellor   3 now   4 most cases one may hold; an emergency counts one less
--       5 sealed reason for picking it, or ""
-- Returns 1 taken by you, 2 it was yours already, 3 taken, and another counsellor talked with them before,
--         0 held by another, -1 there is no such case, -2 you hold too many
local state = redis.call('HGET', KEYS[2], 'state')
if not state then return -1 end
if state == 'held' then
  return redis.call('HGET', KEYS[2], 'holder') == ARGV[2] and 2 or 0
end
local held = redis.call('HGET', KEYS[2], 'rank') == '3' and -1 or 0
for _, counsellor in ipairs(redis.call('HVALS', KEYS[4])) do
  if counsellor == ARGV[2] then held = held + 1 end
end
if held >= tonumber(ARGV[4]) then return -2 end
local last = redis.call('HGET', KEYS[2], 'last')
redis.call('HSET', KEYS[2], 'state', 'held', 'holder', ARGV[2], 'last', ARGV[2], 'claimed_at', ARGV[3],
  'owes_since', ARGV[3], 'picked', ARGV[5], 'read', redis.call('HGET', KEYS[2], 'wrote') or 0)
redis.call('HDEL', KEYS[2], 'meant_for', 'came_back', 'not_ended')
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[3], 86400)
redis.call('HSET', KEYS[4], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[4], 86400)
redis.call('HDEL', KEYS[5], ARGV[2])
return (last and last ~= ARGV[2]) and 3 or 1
