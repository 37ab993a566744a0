-- Takes an entry out of the inbox that nothing is to be done with.
-- KEYS  1 inbox   2 key   3 way   4 ends   ARGV  1 inbox entry id   2 conversation id   3 now, unix s
-- Returns 1 done, 0 it was gone before
redis.call('XDEL', KEYS[1], ARGV[1])
if redis.call('XACK', KEYS[1], 'turn', ARGV[1]) == 0 then return 0 end
if redis.call('EXISTS', KEYS[3]) == 1 and redis.call('DECR', KEYS[3]) <= 0 then
  redis.call('DEL', KEYS[3])
  local ends = redis.call('ZSCORE', KEYS[4], ARGV[2])
  -- Nothing waits for it any more: the key goes with the conversation (keys.GRACE after its end).
  if ends then redis.call('EXPIRE', KEYS[2], math.max(1, math.ceil(ends - ARGV[3]) + 120), 'LT') end
end
return 1
