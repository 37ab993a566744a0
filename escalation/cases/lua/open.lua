-- Opens a case, or raises the one that is open; safe to repeat.
-- KEYS  1 waiting (sorted: conversation id by order)   2 case (fields)   3 held
-- ARGV  1 conversation id   2 order   3 rank of the risk   4 lifetime, s   5 how much each further message of
--       danger moves it up, s   6 how often at most   7.. field, value, ... for a new case
--       of these `risk`, `score`, `signals`, `reasons` replace the old ones when the rank is higher
-- Returns 1 opened, 2 raised, 3 moved up within its risk, 0 neither
local rank = redis.call('HGET', KEYS[2], 'rank')
if not rank then
  redis.call('HSET', KEYS[2], 'state', 'waiting', 'rank', ARGV[3], 'wrote', 0, 'read', 0)
  for i = 7, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
  redis.call('EXPIRE', KEYS[2], ARGV[4])
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
  redis.call('EXPIRE', KEYS[1], 86400)
  return 1
end
if tonumber(ARGV[3]) > tonumber(rank) then
  redis.call('HSET', KEYS[2], 'rank', ARGV[3])
  for i = 7, #ARGV, 2 do
    local f = ARGV[i]
    if f == 'risk' or f == 'score' or f == 'signals' or f == 'reasons' then redis.call('HSET', KEYS[2], f, ARGV[i + 1]) end
  end
  redis.call('ZADD', KEYS[1], 'XX', 'LT', ARGV[2], ARGV[1])
  return 2
end
if tonumber(ARGV[3]) < 2 then return 0 end
if redis.call('HINCRBY', KEYS[2], 'pressed', 1) > tonumber(ARGV[6]) then return 0 end
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then redis.call('ZINCRBY', KEYS[1], -tonumber(ARGV[5]), ARGV[1]) end
return 3
