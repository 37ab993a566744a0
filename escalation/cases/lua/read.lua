-- The holder has the person's messages on the screen, only ever more of them. While somebody else may be
-- reading, that is all a holder can do: whoever has read all of it owes no answer until the person is back.
-- KEYS  1 case   ARGV  1 how many messages
-- Returns 2 no answer is owed any more, 1 noted, 0 there is no such case
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local function number(field) return tonumber(redis.call('HGET', KEYS[1], field) or 0) end
if tonumber(ARGV[1]) > number('read') then redis.call('HSET', KEYS[1], 'read', ARGV[1]) end
if number('covered_at') > 0 and number('read') >= number('wrote') then
  return 1 + redis.call('HDEL', KEYS[1], 'owes_since')
end
return 1
