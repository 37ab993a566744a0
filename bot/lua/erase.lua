-- Ends a conversation in the store, in one step: the key first, then all that was sealed under it. What a provider
-- still holds of it goes to the deletions by its id alone; a last text may go out under a key of its own.
-- KEYS  1 key   2 card   3 talk   4 way   5 owed   6 shown   7 at   8 ends   9 inbox   10 outbox   11 due   12 since
--       13 farewell key
-- ARGV  1 conversation id   2 inbox entry id or ""   3 last inbox id seen, or ""   4 now, unix s
--       5 "1": the chat is to be emptied   6 prefix of trying keys   7 wrapped farewell key or ""
--       8 farewell conversation id   9 outgoing id   10 sealed farewell   11 lifetime of the farewell, s
-- Returns 1 done, 0 something came in meanwhile (look again)
if ARGV[2] ~= '' and redis.call('EXISTS', KEYS[1]) == 0 then
  -- Done already, where a client asks again because the answer was lost on its way.
  if redis.call('XACK', KEYS[9], 'turn', ARGV[2]) == 0 then return 1 end
end
if ARGV[3] ~= '' then
  for _, entry in ipairs(redis.call('XRANGE', KEYS[9], '(' .. ARGV[3], '+')) do
    if entry[2][2] == ARGV[1] then return 0 end
  end
end
redis.call('DEL', KEYS[1])
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
if redis.call('GET', KEYS[7]) == ARGV[1] then redis.call('DEL', KEYS[7]) end
redis.call('ZREM', KEYS[8], ARGV[1])
-- What was still on its way to the person is under the dropped key: take it out.
for _, entry in ipairs(redis.call('XRANGE', KEYS[10], '-', '+')) do
  if entry[2][2] == ARGV[1] then
    redis.call('XACK', KEYS[10], 'send', entry[1])
    redis.call('XDEL', KEYS[10], entry[1])
    redis.call('DEL', ARGV[6] .. entry[2][4])
  end
end
for _, list in ipairs(ARGV[5] == '1' and {KEYS[5], KEYS[6]} or {KEYS[5]}) do
  for _, id in ipairs(redis.call('LRANGE', list, 0, -1)) do
    redis.call('ZADD', KEYS[11], ARGV[4], id)
    redis.call('ZADD', KEYS[12], 'NX', ARGV[4], id)
  end
end
redis.call('EXPIRE', KEYS[11], 1296000) -- keys.PROVIDER_IDS
redis.call('EXPIRE', KEYS[12], 1296000)
redis.call('DEL', KEYS[5], KEYS[6])
if ARGV[2] ~= '' then
  redis.call('XACK', KEYS[9], 'turn', ARGV[2])
  redis.call('XDEL', KEYS[9], ARGV[2])
end
if ARGV[7] ~= '' then
  redis.call('SET', KEYS[13], ARGV[7], 'EX', ARGV[11])
  redis.call('XADD', KEYS[10], '*', 'c', ARGV[8], 'o', ARGV[9], 'k', 'farewell', 'm', ARGV[10])
  redis.call('EXPIRE', KEYS[10], 86400)
end
return 1
