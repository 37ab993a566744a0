-- A counsellor's page is open: on duty, unless on a break; what they hold stays theirs.
-- KEYS  1 on duty   2 away   3 holders (id -> counsellor)   4 held   5 speak (counsellor -> languages)
-- ARGV  1 counsellor   2 now   3 lifetime, s   4 languages they work in, "" for all
-- Returns 1 on duty, 0 on a break or off
local held = redis.call('HGETALL', KEYS[3])
for i = 1, #held, 2 do
  if held[i + 1] == ARGV[1] then redis.call('ZADD', KEYS[4], 'XX', ARGV[2], held[i]) end
end
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('HSET', KEYS[5], ARGV[1], ARGV[4])
redis.call('EXPIRE', KEYS[5], ARGV[3])
return 1
