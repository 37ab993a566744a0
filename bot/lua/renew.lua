-- Keeps a lease, if it is still ours.   KEYS 1 lease   ARGV 1 token  2 lifetime, ms   Returns 1 or 0
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
