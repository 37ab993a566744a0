-- How fast an address writes, with this message counted once however often its turn is taken.
-- KEYS  1 hl:{pN}:pace:<hmac>   sorted by when: "m<text as keyed hash>|<message>" and "s|<message>" (a notice was said)
-- ARGV  1 message (keyed hash of the provider's id)   2 when it came, unix s   3 its text (keyed hash)
--       4 seconds counted for the pace   5 seconds counted for the same text   6 most at a time   7 lifetime, s
-- Returns {messages in that time, same texts in that time, 1 where a notice may be said}
local at, mine = tonumber(ARGV[2]), 'm' .. ARGV[3] .. '|' .. ARGV[1]
redis.call('ZADD', KEYS[1], 'NX', at, mine)
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -201)
redis.call('EXPIRE', KEYS[1], ARGV[7])
local many, same, said = 0, 0, false
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. (at - ARGV[4]), at, 'WITHSCORES')
for i = 1, #found, 2 do
  local one = found[i]
  if string.sub(one, 1, 1) == 'm' then
    many = many + 1
    if string.match(one, '^m(.-)|') == ARGV[3] and tonumber(found[i + 1]) > at - ARGV[5] then same = same + 1 end
  elseif one ~= 's|' .. ARGV[1] then
    said = true
  end
end
if many > tonumber(ARGV[6]) and not said then redis.call('ZADD', KEYS[1], 'NX', at, 's|' .. ARGV[1]) end
return {many, same, said and 0 or 1}
