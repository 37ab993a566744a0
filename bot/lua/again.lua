-- A message stands in line again, for a new conversation, and its first entry is gone: once, however often asked.
-- KEYS  1 inbox   2 the new conversation's key   3 its way   4 at
-- ARGV  1 the first entry's id   2 lifetime of what waits   3 new conversation id   4 sealed message
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('XACK', KEYS[1], 'turn', ARGV[1])
redis.call('XADD', KEYS[1], '*', 'c', ARGV[3], 'm', ARGV[4])
redis.call('INCR', KEYS[3])
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[2]) end
return 1
