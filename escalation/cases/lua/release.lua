-- A case goes back to waiting: its holder hands it on, or is gone, or does not answer.
-- KEYS  1 waiting   2 case   3 held   4 holders
-- ARGV  1 conversation id   2 holder, or "" for whoever it is   3 order   4 not seen since (with holder "")
--       5 0, or: only if the person waits for an answer since then or longer
--       6.. field, value, ... to be set
-- Returns 1 done, 0 not held by them (or seen, or answered, meanwhile), or about to end
if redis.call('HGET', KEYS[2], 'state') ~= 'held' then return 0 end
-- Its end was ordered, and only its last words are still on their way: nobody needs to take it.
if redis.call('HEXISTS', KEYS[2], 'closing') == 1 then return 0 end
if ARGV[2] ~= '' then
  if redis.call('HGET', KEYS[2], 'holder') ~= ARGV[2] then return 0 end
else
  local seen = redis.call('ZSCORE', KEYS[3], ARGV[1])
  if seen and tonumber(seen) > tonumber(ARGV[4]) then return 0 end
end
if tonumber(ARGV[5]) > 0 then
  local owes = redis.call('HGET', KEYS[2], 'owes_since')
  if not owes or tonumber(owes) > tonumber(ARGV[5]) then return 0 end
end
redis.call('HSET', KEYS[2], 'state', 'waiting')
redis.call('HDEL', KEYS[2], 'holder', 'claimed_at', 'owes_since', 'typing_at', 'joined', 'picked')
for i = 6, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[1], 86400)
return 1
