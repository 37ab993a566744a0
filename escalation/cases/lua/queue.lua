-- All cases as they stand at one moment: those who wait, in order, then those that are held.
-- A case's key has the hash tag of these two, and so their slot: it is put together here, where ids are known.
-- KEYS  1 waiting   2 held
-- ARGV  1 what the key of a case begins with   2.. fields
-- Returns how many wait, then for each case its conversation id and the values of the fields
local fields = {}
for i = 2, #ARGV do fields[i - 1] = ARGV[i] end
local found = {redis.call('ZCARD', KEYS[1])}
for _, key in ipairs(KEYS) do
  for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do
    found[#found + 1] = id
    found[#found + 1] = redis.call('HMGET', ARGV[1] .. id, unpack(fields))
  end
end
return found
