-- Sending begins: only while the conversation is there and the entry not out, looked up in the same step.
-- KEYS  1 the conversation's key   2 trying   3 outbox   ARGV  1 now, unix s   2 lifetime, s   3 outbox entry id
-- Returns false it was erased or is out, "" begun now, else when it was begun before
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
if #redis.call('XRANGE', KEYS[3], ARGV[3], ARGV[3]) == 0 then return false end
return redis.call('SET', KEYS[2], ARGV[1], 'NX', 'GET', 'EX', ARGV[2]) or ''
