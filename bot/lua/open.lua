-- Finds the conversation of an address, or begins one.
-- KEYS  1 hl:{pN}:at:<hmac>      conversation id of this address
--       2 hl:{pN}:c:<new>:key    key of the conversation that would be begun
--       3 hl:{pN}:seen:<hmac>    that this message came in already (optional)
-- ARGV  1 new conversation id   2 its wrapped key   3 lifetime in seconds   4 "hl:{pN}:c:" (same slot)
-- Returns {conversation id, wrapped key}, or {} where the message came in before: nothing is begun for it
if KEYS[3] and redis.call('EXISTS', KEYS[3]) == 1 then return {} end
local known = redis.call('GET', KEYS[1])
if known then
  local key = redis.call('GET', ARGV[4] .. known .. ':key')
  if key then return {known, key} end
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
return {ARGV[1], ARGV[2]}
