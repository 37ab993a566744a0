-- An order about a conversation, in line behind what the person wrote before.
-- KEYS  1 inbox   2 key   3 way   ARGV  1 conversation id   2 order   3 lifetime of what waits, s
redis.call('XADD', KEYS[1], '*', 'c', ARGV[1], 'x', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
if redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('INCR', KEYS[3])
  redis.call('EXPIRE', KEYS[3], ARGV[3])
end
return 1
