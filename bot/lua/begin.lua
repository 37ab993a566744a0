-- Sending begins: only while the conversation is there and the entry not out, looked up in the same step.
-- KEYS  1 the conversation's key   2 trying   3 outbox   4 reached
-- ARGV  1 now, unix s   2 lifetime, s   3 outbox entry id
-- Returns false it was erased or is out, "" begun now, else "<when it was begun before> <what was reached then>"
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
if #redis.call('XRANGE', KEYS[3], ARGV[3], ARGV[3]) == 0 then return false end
local begun = ARGV[1] .. ' ' .. (redis.call('GET', KEYS[4]) or '0')
return redis.call('SET', KEYS[2], begun, 'NX', 'GET', 'EX', ARGV[2]) or ''
