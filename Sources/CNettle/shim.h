#include <nettle/gcm.h>
#include <nettle/memops.h>
