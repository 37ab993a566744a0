-- A counsellor's answer or a notice: into the talk and on its way, at once.
-- KEYS  1 key   2 talk   3 outbox   4 hl:{pN}:said:<outgoing id>, so that asking again says nothing twice   5 way
-- ARGV  1 conversation id   2 outgoing id   3 kind   4 sealed talk line   5 sealed message
-- Returns 1 done, -1 the conversation was erased
local life = redis.call('TTL', KEYS[1])
if life <= 0 then return -1 end
if not redis.call('SET', KEYS[4], '1', 'NX', 'EX', 60) then return 1 end
redis.call('RPUSH', KEYS[2], ARGV[4])
redis.call('EXPIRE', KEYS[2], life)
redis.call('XADD', KEYS[3], '*', 'c', ARGV[1], 'o', ARGV[2], 'k', ARGV[3], 'm', ARGV[5])
redis.call('EXPIRE', KEYS[3], 86400)
redis.call('INCR', KEYS[5])
redis.call('EXPIRE', KEYS[5], 86400)
return 1
