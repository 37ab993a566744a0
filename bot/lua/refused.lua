-- A try was refused, or taken back: the next begins anew. Where another has begun since, its word is not ours.
-- KEYS 1 trying   ARGV 1 the try   Returns 1 or 0
local begun = redis.call('GET', KEYS[1])
if begun and begun:match('%S+$') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
