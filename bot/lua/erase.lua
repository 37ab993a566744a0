-- Ends a conversation in the store: key, data and address at once; a last text may go out under a key of its own.
-- KEYS  1 key   2 card   3 talk   4 owed   5 shown   6 at   7 ends   8 inbox   9 outbox   10 farewell key
-- ARGV  1 conversation id   2 inbox entry id or ""   3 last inbox id seen   4 wrapped farewell key or ""
--       5 farewell conversation id   6 outgoing id   7 sealed farewell   8 lifetime of the farewell, s
-- Returns 1 done, 0 something came in meanwhile (look again)
if ARGV[2] ~= '' and redis.call('EXISTS', KEYS[1]) == 0 then
  -- Done already, where a client asks again because the answer was lost on its way.
  if redis.call('XACK', KEYS[8], 'turn', ARGV[2]) == 0 then return 1 end
end
for _, entry in ipairs(redis.call('XRANGE', KEYS[8], '(' .. ARGV[3], '+')) do
  if entry[2][2] == ARGV[1] then return 0 end
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5])
if redis.call('GET', KEYS[6]) == ARGV[1] then redis.call('DEL', KEYS[6]) end
redis.call('ZREM', KEYS[7], ARGV[1])
-- What was still on its way to the person is under the dropped key: take it out.
for _, entry in ipairs(redis.call('XRANGE', KEYS[9], '-', '+')) do
  if entry[2][2] == ARGV[1] then
    redis.call('XACK', KEYS[9], 'send', entry[1])
    redis.call('XDEL', KEYS[9], entry[1])
  end
end
if ARGV[2] ~= '' then
  redis.call('XACK', KEYS[8], 'turn', ARGV[2])
  redis.call('XDEL', KEYS[8], ARGV[2])
end
if ARGV[4] ~= '' then
  redis.call('SET', KEYS[10], ARGV[4], 'EX', ARGV[8])
  redis.call('XADD', KEYS[9], '*', 'c', ARGV[5], 'o', ARGV[6], 'k', 'notice', 'm', ARGV[7])
  redis.call('EXPIRE', KEYS[9], 86400)
end
return 1
