-- An answer is out (or will never go): it leaves the outbox; what it answered is owed no more.
-- KEYS  1 outbox   2 trying   3 owed   4 shown   5 the conversation's key   6 way   7 ends   8 due   9 since   10 card   11 talk   12 at   13 reached
-- ARGV  1 outbox entry id   2 conversation id   3 now, unix s
--       4 its id in the provider's log, where it went out and we delete there; else ""   5 when that is first tried
--       6 its id in the person's chat, sealed, or ""   7 "1": it was the last text, the conversation is over
--       8 the answer came late: until then (unix s) the conversation is not over; else 0
--       9 its number where the provider numbers all messages through, else 0   10 the try that says so, or ""
--       11 with a last text: the id of all between it and what was known before, which leaves the chat; else ""
-- Returns 1 done, 0 it was out already, -1 another try has it since
local function leaves(member, at)
  redis.call('ZADD', KEYS[8], at, member)
  redis.call('ZADD', KEYS[9], 'NX', ARGV[3], member)
  redis.call('EXPIRE', KEYS[8], 1296000) -- keys.PROVIDER_IDS
  redis.call('EXPIRE', KEYS[9], 1296000)
end
if tonumber(ARGV[9]) > tonumber(redis.call('GET', KEYS[13]) or 0) then
  redis.call('SET', KEYS[13], ARGV[9], 'EX', 86400)
end
if ARGV[10] ~= '' and #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) > 0 then
  local begun = redis.call('GET', KEYS[2])
  if not begun or begun:match('%S+$') ~= ARGV[10] then return -1 end
end
local lives = redis.call('EXISTS', KEYS[5]) == 1
if ARGV[4] ~= '' then leaves(ARGV[4], ARGV[5]) end
if ARGV[11] ~= '' then leaves(ARGV[11], ARGV[3]) end
-- Erased while it was on its way: it does not stay in the chat.
if ARGV[6] ~= '' and not lives then leaves(ARGV[6], ARGV[3]) end
redis.call('DEL', KEYS[2])
redis.call('XDEL', KEYS[1], ARGV[1])
if redis.call('XACK', KEYS[1], 'send', ARGV[1]) == 0 then return 0 end
if ARGV[7] == '1' then
  redis.call('DEL', KEYS[5], KEYS[6])
  return 1
end
if ARGV[6] ~= '' and lives then
  redis.call('RPUSH', KEYS[4], ARGV[6])
  redis.call('EXPIRE', KEYS[4], 169200) -- keys.TELEGRAM_IDS
end
if redis.call('EXISTS', KEYS[6]) == 0 or redis.call('DECR', KEYS[6]) > 0 then return 1 end
redis.call('DEL', KEYS[6])
-- Nothing of it is on its way any more: all they wrote is answered, and the key goes with the conversation.
if ARGV[4] ~= '' then
  for _, id in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do leaves(id, ARGV[3]) end
  redis.call('DEL', KEYS[3])
end
local ends = redis.call('ZSCORE', KEYS[7], ARGV[2])
if ends and tonumber(ARGV[8]) > tonumber(ends) then
  ends = ARGV[8]
  redis.call('ZADD', KEYS[7], ends, ARGV[2])
  local life = math.max(1, math.ceil(ends - ARGV[3]) + 120) -- keys.GRACE
  for i = 10, 12 do redis.call('EXPIRE', KEYS[i], life, 'GT') end
end
if ends then redis.call('EXPIRE', KEYS[5], math.max(1, math.ceil(ends - ARGV[3]) + 120), 'LT') end
return 1
