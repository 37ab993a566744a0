-- Sending begins: only while the conversation is there, looked up in the same step.
-- KEYS  1 the conversation's key   2 trying   ARGV  1 now, unix s   2 lifetime, s
-- Returns false it was erased, "" begun now, else when it was begun before
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
return redis.call('SET', KEYS[2], ARGV[1], 'NX', 'GET', 'EX', ARGV[2]) or ''
