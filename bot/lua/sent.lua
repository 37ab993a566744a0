-- An answer is out (or will never go): it leaves the outbox, and what it answered is owed no more.
-- KEYS  1 outbox   2 trying   3 owed   4 shown   5 the conversation's key: without it nothing of it is kept
-- ARGV  1 outbox entry id   2 how many owed ids were handed to the deletions   3 sealed shown id or ""   4 its lifetime, s
redis.call('XACK', KEYS[1], 'send', ARGV[1])
redis.call('XDEL', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
if tonumber(ARGV[2]) > 0 then redis.call('LTRIM', KEYS[3], ARGV[2], -1) end
if ARGV[3] ~= '' and redis.call('EXISTS', KEYS[5]) == 1 then
  redis.call('RPUSH', KEYS[4], ARGV[3])
  redis.call('EXPIRE', KEYS[4], ARGV[4])
end
return 1
