// Calls through libvirt's own client library, as programs do.
// usage: library URI CALLS NAME      prints calls per second of virDomainGetState
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// Declared here, so that no headers need be installed.
typedef struct _virConnect *virConnectPtr;
typedef struct _virDomain *virDomainPtr;
virConnectPtr virConnectOpen(const char *name);
int virConnectClose(virConnectPtr connection);
virDomainPtr virDomainLookupByName(virConnectPtr connection, const char *name);
int virDomainGetState(virDomainPtr domain, int *state, int *reason, unsigned flags);

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    virConnectPtr connection = virConnectOpen(argv[1]);
    virDomainPtr domain = connection ? virDomainLookupByName(connection, argv[3]) : NULL;
    if (domain == NULL) return 1;
    long calls = atol(argv[2]);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (long i = 0; i < calls; i++) {
        int state, reason;
        if (virDomainGetState(domain, &state, &reason, 0) < 0) return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("%.0f\n", (double)calls / seconds);
    virConnectClose(connection);
    return 0;
}
