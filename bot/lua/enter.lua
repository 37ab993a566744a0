-- Takes a message in, once.
-- KEYS  1 hl:{pN}:seen:<hmac>   that it came in already
--       2 hl:{pN}:inbox                stream of messages waiting for their turn
--       3 hl:{pN}:c:<id>:key           the conversation's key
-- ARGV  1 lifetime of `seen`, seconds   2 lifetime of the inbox   3 conversation id   4 sealed message
-- Returns 1 taken in, 0 came in before, -1 the conversation was erased meanwhile (begin again)
if redis.call('EXISTS', KEYS[3]) == 0 then return -1 end
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) then return 0 end
redis.call('XADD', KEYS[2], '*', 'c', ARGV[3], 'm', ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1
