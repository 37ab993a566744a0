-- Sending begins: only while the conversation is there and the entry not out, looked up in the same step.
-- KEYS  1 the conversation's key   2 trying   3 outbox   4 reached
-- ARGV  1 now, unix s   2 lifetime, s   3 outbox entry id   4 this try's own name
-- Returns false it was erased or is out, "" begun now, else "<when it was first begun> <what was reached then> <who>"
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
if #redis.call('XRANGE', KEYS[3], ARGV[3], ARGV[3]) == 0 then return false end
local before = redis.call('GET', KEYS[2])
local since = before and (before:match('^%S+ %S+') or before .. ' 0')
since = since or ARGV[1] .. ' ' .. (redis.call('GET', KEYS[4]) or '0')
-- From here on it is this try's alone: what an earlier one still says of it counts no more (sent.lua).
redis.call('SET', KEYS[2], since .. ' ' .. ARGV[4], 'EX', ARGV[2])
return before or ''
