-- A case goes back to waiting: its holder hands it on, or is gone.
-- KEYS  1 waiting   2 case   3 held
-- ARGV  1 conversation id   2 holder, or "" for whoever it is   3 order   4 not seen since (with holder "")
-- Returns 1 done, 0 not held by them (or seen meanwhile)
if redis.call('HGET', KEYS[2], 'state') ~= 'held' then return 0 end
if ARGV[2] ~= '' then
  if redis.call('HGET', KEYS[2], 'holder') ~= ARGV[2] then return 0 end
else
  local seen = redis.call('ZSCORE', KEYS[3], ARGV[1])
  if seen and tonumber(seen) > tonumber(ARGV[4]) then return 0 end
end
redis.call('HSET', KEYS[2], 'state', 'waiting')
redis.call('HDEL', KEYS[2], 'holder', 'claimed_at')
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[1], 86400)
return 1
