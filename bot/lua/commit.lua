-- Everything one turn did, at once, and the message is acknowledged.
-- KEYS  1 lease   2 inbox   3 key   4 card   5 talk   6 owed   7 outbox   8 ends   9 at   10 shown   11 way
-- ARGV  1 lease token   2 inbox entry id   3 conversation id   4 lifetime, s (keys stay 2 min longer)   5 when it ends, unix s
--       6 sealed card   7 number of talk lines, then the sealed lines
--       then number of owed provider ids, then the ids
--       then number of ids in the chat, then these, sealed
--       then number of outgoing messages, then for each: outgoing id, kind, sealed message
-- Returns 1 done, 0 the lease is another worker's, -1 the conversation was erased meanwhile
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
-- Done already: a client asks again because the answer was lost on its way, or another worker was faster.
if #redis.call('XPENDING', KEYS[2], 'turn', ARGV[2], ARGV[2], 1) == 0 then return 1 end
if redis.call('EXISTS', KEYS[3]) == 0 then return -1 end
redis.call('XACK', KEYS[2], 'turn', ARGV[2])
local life = tonumber(ARGV[4]) + 120 -- keys.GRACE
local function push(at, list, lifetime)
  local n = tonumber(ARGV[at])
  for k = 1, n do redis.call('RPUSH', list, ARGV[at + k]) end
  if n > 0 then redis.call('EXPIRE', list, lifetime) end
  return at + n + 1
end
redis.call('SET', KEYS[4], ARGV[6], 'EX', life)
redis.call('ZADD', KEYS[8], ARGV[5], ARGV[3])
redis.call('EXPIRE', KEYS[8], 1296000) -- keys.PROVIDER_IDS: what is owed to a provider is found by it
local i = push(7, KEYS[5], life)
redis.call('LTRIM', KEYS[5], -300, -1)
redis.call('EXPIRE', KEYS[5], life)
i = push(i, KEYS[6], 1296000)
i = push(i, KEYS[10], 169200) -- keys.TELEGRAM_IDS
local n = tonumber(ARGV[i])
for k = 0, n - 1 do
  redis.call('XADD', KEYS[7], '*', 'c', ARGV[3], 'o', ARGV[i + 1 + 3 * k], 'k', ARGV[i + 2 + 3 * k], 'm', ARGV[i + 3 + 3 * k])
end
if n > 0 then redis.call('EXPIRE', KEYS[7], 86400) end
-- The key lives as long as the conversation, or as what is still on its way under it.
local way = redis.call('INCRBY', KEYS[11], n - 1)
if way > 0 then life = math.max(life, 86400) else redis.call('DEL', KEYS[11]) end
if way > 0 then redis.call('EXPIRE', KEYS[11], 86400) end
redis.call('EXPIRE', KEYS[3], life)
redis.call('EXPIRE', KEYS[9], life)
redis.call('XDEL', KEYS[2], ARGV[2])
return 1
