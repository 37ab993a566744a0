-- Takes a message in, once. While it waits, its conversation's key does not expire.
-- KEYS  1 hl:{pN}:seen:<hmac>   that it came in already
--       2 hl:{pN}:inbox                stream of messages waiting for their turn
--       3 hl:{pN}:c:<id>:key           the conversation's key
--       4 hl:{pN}:c:<id>:way           how many are on their way
--       5 hl:{pN}:at:<hmac>            where the address is
--       6 hl:{pN}:reached:<channel>    how far the provider's numbering has come
-- ARGV  1 lifetime of `seen`, seconds   2 lifetime of what waits   3 conversation id   4 sealed message
--       5 its number there, or 0
-- Returns 1 taken in, 0 came in before, -1 the conversation was erased meanwhile (begin again)
if redis.call('EXISTS', KEYS[3]) == 0 then return -1 end
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) then return 0 end
-- What has waited longer than anything may be kept goes, also where no worker has run since.
local now = redis.call('TIME')
redis.call('XTRIM', KEYS[2], 'MINID', (now[1] - ARGV[2]) * 1000)
redis.call('XADD', KEYS[2], '*', 'c', ARGV[3], 'm', ARGV[4])
redis.call('INCR', KEYS[4])
if tonumber(ARGV[5]) > tonumber(redis.call('GET', KEYS[6]) or 0) then
  redis.call('SET', KEYS[6], ARGV[5], 'EX', 86400)
end
for _, key in ipairs({KEYS[2], KEYS[3], KEYS[4], KEYS[5]}) do redis.call('EXPIRE', key, ARGV[2]) end
return 1
