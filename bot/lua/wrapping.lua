-- A key of the vault, wrapped under each deployment secret in use, so that in a rolling restart all can open it.
-- KEYS  1 the vault's key: fields <mark of a secret> = the key wrapped under it, after:<mark> = what replaced that secret
-- ARGV  1 lifetime, s   2 "1": lives on from now   3 how many secrets the asker knows, then their marks, current first,
--       then a key of the asker's own under each: taken where there is none yet that the asker can open
-- Returns {mark, key wrapped under it, marks of the asker's secrets it is not wrapped under yet...}
local n = tonumber(ARGV[3])
local current = ARGV[4]
if n == 1 then
  -- Whoever knows one secret only, and knows that it replaced others, takes what was wrapped under those away.
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    local old = string.match(field, '^after:(.+)$')
    local next, steps = old, 0
    while next and next ~= current and steps < 16 do
      next, steps = redis.call('HGET', KEYS[1], 'after:' .. next), steps + 1
    end
    if old and old ~= current and next == current then redis.call('HDEL', KEYS[1], old, field) end
  end
end
local found, missing = nil, {}
for i = 1, n do
  local mark = ARGV[3 + i]
  local wrapped = redis.call('HGET', KEYS[1], mark)
  if wrapped then found = found or {mark, wrapped} else missing[#missing + 1] = mark end
end
if not found then
  for i = 1, n do redis.call('HSET', KEYS[1], ARGV[3 + i], ARGV[3 + n + i]) end
  redis.call('EXPIRE', KEYS[1], ARGV[1])
  found, missing = {current, ARGV[4 + n]}, {}
elseif ARGV[2] == '1' then
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
if n > 1 then
  redis.call('HDEL', KEYS[1], 'after:' .. current)
  for i = 2, n do redis.call('HSET', KEYS[1], 'after:' .. ARGV[3 + i], current) end
end
for _, mark in ipairs(missing) do found[#found + 1] = mark end
return found
