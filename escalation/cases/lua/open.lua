-- Opens a case, or raises the one that is open; safe to repeat.
-- KEYS  1 waiting (sorted: conversation id by order)   2 case (fields)   3 held
-- ARGV  1 conversation id   2 order   3 rank of the risk   4 lifetime, s   5.. field, value, ... for a new case
--       of these `risk`, `score`, `signals`, `reasons` replace the old ones when the rank is higher
-- Returns 1 opened, 2 raised, 0 neither
local rank = redis.call('HGET', KEYS[2], 'rank')
if not rank then
  redis.call('HSET', KEYS[2], 'state', 'waiting', 'rank', ARGV[3], 'unread', 0)
  for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
  redis.call('EXPIRE', KEYS[2], ARGV[4])
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
  redis.call('EXPIRE', KEYS[1], 86400)
  return 1
end
if tonumber(ARGV[3]) <= tonumber(rank) then return 0 end
redis.call('HSET', KEYS[2], 'rank', ARGV[3])
for i = 5, #ARGV, 2 do
  local f = ARGV[i]
  if f == 'risk' or f == 'score' or f == 'signals' or f == 'reasons' then redis.call('HSET', KEYS[2], f, ARGV[i + 1]) end
end
redis.call('ZADD', KEYS[1], 'XX', 'LT', ARGV[2], ARGV[1])
return 2
