#include <nettle/gcm.h>
